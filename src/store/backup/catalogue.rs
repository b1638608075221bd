//! What either database says of its own tables.

use diesel::prelude::*;
use diesel::sql_types::Text;

/// A name: of a table, of a version.
#[derive(QueryableByName)]
pub struct Word {
    #[diesel(sql_type = Text)]
    pub word: String,
}

/// A column and its type, in the database's own words.
#[derive(QueryableByName)]
pub struct Declared {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub declared: String,
}
