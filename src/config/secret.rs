//! Text that must not be shown.

use std::fmt;

/// Text that may hold a password. Shows nothing of itself when printed, so
/// that a log line or a panic cannot give it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port of an address: what may be shown of it.
    ///
    /// The path and query are left out too, since PostgreSQL reads `password=`
    /// from the query.
    pub fn shown_as_address(&self) -> String {
        match url::Url::parse(&self.0) {
            Ok(url) => {
                let host = url.host_str().unwrap_or("…");
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{host}{port}/…", url.scheme())
            }
            Err(_) => "(hidden)".to_owned(),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
