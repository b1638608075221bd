//! A page of a list.

use serde::Serialize;

/// `{"items": […], "next": cursor or null}`
#[derive(Debug, Serialize)]
pub struct List<T> {
    pub items: Vec<T>,
    /// What to ask with for the page that follows; null on the last one.
    pub next: Option<String>,
}
