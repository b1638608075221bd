//! No connection.

use askama::Template;

use crate::locale::Locale;

/// `GET /offline`
#[derive(Template)]
#[template(path = "offline/show.html")]
pub struct OfflinePage {
    pub t: Locale,
}
