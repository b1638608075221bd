//! What candidates tap on.

use askama::Template;

use crate::locale::Locale;

/// `GET /s/{token}`: times to choose from, or the one that is booked. A page of some
/// hundred bytes that says nothing of who looks at it.
#[derive(Clone, Debug, Template)]
#[template(path = "candidate_pages/show.html")]
pub struct CandidatePage {
    pub t: Locale,
    pub organization: Option<String>,
    pub heading: String,
    /// What became of the last answer.
    pub note: Option<&'static str>,
    /// What is booked.
    pub time: Option<String>,
    pub place: Option<PlaceView>,
    pub lines: Vec<CandidateLine>,
    pub buttons: Vec<CandidateButton>,
    /// Whether it asks once more.
    pub is_asking: bool,
    pub is_over: bool,
    /// Our number that the text came from.
    pub number: String,
}

/// Where it is, or how one gets there.
#[derive(Clone, Debug)]
pub struct PlaceView {
    pub text: String,
}

impl PlaceView {
    /// Whether it is an address as a whole: a video call.
    pub fn is_link(&self) -> bool {
        self.text.starts_with("https://") && !self.text.contains(char::is_whitespace)
    }
}

#[derive(Clone, Debug)]
pub struct CandidateLine {
    pub number: u8,
    pub label: String,
    pub is_free: bool,
}

#[derive(Clone, Debug)]
pub struct CandidateButton {
    pub name: &'static str,
    pub value: &'static str,
    pub label: String,
    /// Not what the page is there for.
    pub is_quiet: bool,
}
