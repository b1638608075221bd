//! Where a candidate may answer by tapping instead of typing.

use crate::domain::short_link::LinkToken;

/// What its path begins with; few letters, because each is one of a text.
pub const FOLDER: &str = "/s/";

/// `https://s.example.jp/s/Qm9T2faX1b7`: whoever has it may answer for the candidate.
#[derive(Clone, PartialEq, Eq)]
pub struct PageAddress(String);

impl PageAddress {
    /// `folder` is the whole address of [`FOLDER`].
    pub fn new(folder: &str, token: &LinkToken) -> Self {
        Self(format!("{folder}{}", token.as_str()))
    }

    /// As [`Self::as_str`] wrote it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (folder, token) = text.rsplit_once('/')?;
        let is_one = format!("{folder}/").ends_with(FOLDER) && LinkToken::parse(token).is_some();
        is_one.then(|| Self(text.to_owned()))
    }

    /// Of an offer that comes after this one by itself: at the host that the candidate
    /// knows by now.
    pub fn following(&self, token: &LinkToken) -> Self {
        let folder = self.0.strip_suffix(self.token()).unwrap_or(&self.0);
        Self::new(folder, token)
    }

    pub fn token(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(_, token)| token)
    }

    /// Where a browser that is at its host finds it.
    pub fn path(&self) -> String {
        format!("{FOLDER}{}", self.token())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whoever reads it in a log could answer.
impl std::fmt::Debug for PageAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_at_the_same_host_and_is_no_log_line() {
        let token = |text: &str| LinkToken::parse(text).unwrap();
        let first = PageAddress::new("https://s.example.jp/s/", &token("Qm9T2faX1b7"));
        assert_eq!(first.as_str(), "https://s.example.jp/s/Qm9T2faX1b7");
        assert_eq!((first.token(), first.path().as_str()), ("Qm9T2faX1b7", "/s/Qm9T2faX1b7"));
        let next = first.following(&token("00000000000"));
        assert_eq!(next.as_str(), "https://s.example.jp/s/00000000000");
        assert_eq!(PageAddress::parse(first.as_str()), Some(first.clone()));
        for other in ["", "https://s.example.jp/s/short", "https://s.example.jp/l/Qm9T2faX1b7"] {
            assert_eq!(PageAddress::parse(other), None, "{other}");
        }
        assert_eq!(format!("{first:?}"), "PageAddress(…)");
    }
}
