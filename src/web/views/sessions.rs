//! Signing in.

use askama::Template;

use super::FormErrors;
use crate::locale::Locale;

/// `GET /session/new`, and again with what is wrong (422, 429).
#[derive(Template)]
#[template(path = "sessions/new.html")]
pub struct NewSessionPage {
    pub t: Locale,
    /// The token of the anonymous form (double-submit cookie).
    pub csrf: String,
    pub organization: Option<String>,
    pub email: String,
    /// Where to go afterwards; a path of ours.
    pub return_to: Option<String>,
    pub errors: FormErrors,
}
