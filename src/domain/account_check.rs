//! What it came to when a provider was asked whether it still knows us.

use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckOutcome {
    Works,
    /// The provider does not take these credentials.
    Credentials,
    /// No answer came: the line, the provider, or our firewall.
    Unreachable,
    /// An answer came that is none.
    Odd,
}

words!(CheckOutcome {
    Works = "works",
    Credentials = "credentials",
    Unreachable = "unreachable",
    Odd = "odd",
});

impl CheckOutcome {
    /// What an HTTP status says of the credentials that were sent along.
    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Works,
            // An account that is not theirs is not found.
            401 | 403 | 404 => Self::Credentials,
            _ => Self::Odd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_is_one_works() {
        use CheckOutcome::{Credentials, Odd, Works};
        for (status, outcome) in [
            (200, Works),
            (401, Credentials),
            (404, Credentials),
            (302, Odd),
            (429, Odd),
            (500, Odd),
        ] {
            assert_eq!(CheckOutcome::of_status(status), outcome, "{status}");
        }
    }
}
