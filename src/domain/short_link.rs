//! Short links: what they are called, where they may lead, and who opened one.
//!
//! A link leads one contact to one stored address and says nothing about either:
//! its token is drawn by lot, and whoever guesses needs 2^65 tries for each link
//! there is.

use url::{Host, Url};

pub mod place;
mod visitor;

pub use visitor::{Visitor, visitor};

/// What stands in the address of a link, and nothing else does.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

impl LinkToken {
    /// Characters out of 62: 65.5 bit. A character more costs every text one.
    pub const LENGTH: usize = 11;

    /// `None` for what was never given out: then nobody need be asked.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        is_one.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a browser finds it, below the host of links.
    pub fn path(&self) -> String {
        format!("/l/{}", self.0)
    }
}

/// Whoever reads it in a log could open it.
impl std::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// An address that a link may lead to, if its host is one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    url: String,
    host: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    #[error("is no https address of a named host")]
    Malformed,
    #[error("holds a name or password before the host")]
    HasUser,
    #[error("holds a place for somebody's data")]
    HasPlaceholder,
    #[error("is too long")]
    TooLong,
}

impl Destination {
    const LONGEST: usize = 1_000;

    /// Only https, only a named host on its usual port, and nothing before the
    /// host that could be taken for it. No place for a merge field: what is known
    /// of a person does not travel in an address.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let text = text.trim();
        if text.len() > Self::LONGEST {
            return Err(DestinationError::TooLong);
        }
        if text.contains(['{', '}']) {
            return Err(DestinationError::HasPlaceholder);
        }
        // Browsers pass over line breaks in an address: what is read is not what is opened.
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(DestinationError::Malformed);
        }
        let url = Url::parse(text).map_err(|_unreadable| DestinationError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(DestinationError::HasUser);
        }
        match url.host() {
            Some(Host::Domain(host)) if url.scheme() == "https" && url.port().is_none() => {
                Ok(Self { host: host.to_owned(), url: url.to_string() })
            }
            _ => Err(DestinationError::Malformed),
        }
    }

    /// The address as browsers read it.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// In lower case, of another script as the DNS writes it.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// A host as somebody writes it, in the form of [`Destination::host`]; an address
/// stands for its host.
pub fn parse_host(text: &str) -> Option<String> {
    let text = text.trim();
    let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}/") };
    let host = Destination::parse(&address).ok()?.host;
    // A name of the world: `intranet` and `shop.` are none.
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let is_name = host.len() <= 253
        && host.bytes().all(is_letter)
        && host.contains('.')
        && !host.ends_with('.');
    is_name.then_some(host)
}

#[cfg(test)]
mod tests;
