//! What went wrong, in words for the one who met it.

use askama::Template;

use crate::locale::Locale;

/// A whole page for 400, 403, 404, 405, 409, 413, 422, 429, 500 and 503.
#[derive(Template)]
#[template(path = "errors/show.html")]
pub struct ErrorPage {
    pub t: Locale,
    pub status: u16,
    /// Says more than the status does, where more is known.
    pub detail: Option<String>,
    /// What to name when asking for help.
    pub request_id: Option<String>,
    /// Seconds after which trying again makes sense (429, 503).
    pub retry_after: Option<u32>,
}

/// The same for a request with `X-Fragment`: one line, shown beside what failed.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/_problem.html")]
pub struct ProblemView {
    pub t: Locale,
    pub status: u16,
    pub detail: Option<String>,
    /// The field of the form it is about; empty for what is about no single one.
    pub field: &'static str,
}

impl ErrorPage {
    pub fn title(&self) -> &'static str {
        title(self.t, self.status)
    }

    /// Why it happened and what to do now.
    pub fn explanation(&self) -> &'static str {
        let t = self.t;
        match self.status {
            400 => t.error_text_400(),
            403 => t.error_text_403(),
            404 => t.error_text_404(),
            405 => t.error_text_405(),
            409 => t.error_text_409(),
            413 => t.error_text_413(),
            422 => t.error_text_422(),
            429 => t.error_text_429(),
            503 => t.error_text_503(),
            _ => t.error_text_500(),
        }
    }
}

impl ProblemView {
    pub fn title(&self) -> &'static str {
        title(self.t, self.status)
    }
}

fn title(t: Locale, status: u16) -> &'static str {
    match status {
        400 => t.error_title_400(),
        403 => t.error_title_403(),
        404 => t.error_title_404(),
        405 => t.error_title_405(),
        409 => t.error_title_409(),
        413 => t.error_title_413(),
        422 => t.error_title_422(),
        429 => t.error_title_429(),
        503 => t.error_title_503(),
        _ => t.error_title_500(),
    }
}
