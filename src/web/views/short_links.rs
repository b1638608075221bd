//! Short links: what whoever got one is shown, and where they may lead.

use askama::Template;

use super::{FormErrors, Shell};
use crate::locale::Locale;

/// `GET /l/{token}`: whom it is from, where it leads, and a button. A page of a few
/// hundred bytes, for telephones on a bad day.
#[derive(Template)]
#[template(path = "short_links/show.html")]
pub struct ShortLinkPage {
    pub t: Locale,
    pub organization: Option<String>,
    pub host: String,
}

/// The same for every link that opens nothing.
#[derive(Template)]
#[template(path = "short_links/gone.html")]
pub struct GoneLinkPage {
    pub t: Locale,
    pub organization: Option<String>,
}

/// `GET /settings/links`; `POST` the same adds a host.
#[derive(Template)]
#[template(path = "settings/links.html")]
pub struct LinksPage {
    pub shell: Shell,
    /// What links begin with: `https://s.example.jp/l/`.
    pub start: String,
    /// Whether that is a host of their own.
    pub is_apart: bool,
    pub hosts: Vec<String>,
    pub host: String,
    pub errors: FormErrors,
}
