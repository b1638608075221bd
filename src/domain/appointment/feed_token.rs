//! The secret in the address of an interviewer's feed.

/// Whoever has it reads when candidates come, and who.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedToken(String);

impl FeedToken {
    /// Characters out of 62: 190 bit. Nobody types it, and it may stand for years.
    pub const LENGTH: usize = 32;

    /// `None` for what was never given out: then nobody need be asked.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        is_one.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a calendar finds it, below the house's own address.
    pub fn path(&self) -> String {
        format!("/feeds/{}.ics", self.0)
    }
}

/// Whoever reads it in a log could subscribe to it.
impl std::fmt::Debug for FeedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FeedToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_so_many_letters_and_told_by_no_log() {
        let text = "0aZ".repeat(11)[..FeedToken::LENGTH].to_owned();
        let token = FeedToken::parse(&text).unwrap();
        assert_eq!(token.path(), format!("/feeds/{text}.ics"));
        assert!(!format!("{token:?}").contains(&text));
        for other in [text[1..].to_owned(), format!("{text}x"), text.replace('a', "-")] {
            assert_eq!(FeedToken::parse(&other), None, "{other}");
        }
    }
}
