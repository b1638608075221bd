//! Which roles are shown masked numbers; a setting of the house.

use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::organizations;
use crate::domain::masking::Numbers;
use crate::domain::user::Role;

/// In the roles' own order. Before set-up as it is at first.
pub fn masked_roles(db: &mut Db) -> Result<Vec<Role>, StoreError> {
    let words: Option<String> =
        organizations::table.select(organizations::masked_roles).first(&mut db.conn).optional()?;
    let Some(words) = words else { return Ok(Numbers::MASKED_AT_FIRST.to_vec()) };
    let role = |word| known(Role::from_word(word), "organizations.masked_roles", word);
    words.split_whitespace().map(role).collect()
}

pub fn set_masked_roles(db: &mut Db, roles: &[Role]) -> Result<(), StoreError> {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    diesel::update(organizations::table)
        .set(organizations::masked_roles.eq(words.join(" ")))
        .execute(&mut db.conn)?;
    Ok(())
}

/// How somebody of `role` sees numbers.
pub fn of(db: &mut Db, role: Role) -> Result<Numbers, StoreError> {
    if role.may_administer() {
        return Ok(Numbers::Whole);
    }
    Ok(Numbers::of(role, &masked_roles(db)?))
}
