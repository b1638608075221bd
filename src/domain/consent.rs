//! What a contact has agreed to be sent, and how we know.
//!
//! Advertising goes to nobody who has not asked for it or agreed to it
//! (特定電子メール法 3 I), and how they did must be on record. A stop takes consent
//! back; only what they say after it gives it again.

use chrono::{DateTime, Utc};

use super::message::{Purpose, words};
use super::opt_out::OptOutSource;

/// Whether texts of this purpose need the contact's consent.
pub fn is_needed(purpose: Purpose) -> bool {
    purpose == Purpose::Advertising
}

/// Letters of a wording, or of a note on where the proof lies.
pub const LONGEST_WORDING: usize = 1_000;

/// What the contact has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    Given,
    Withdrawn,
}

words!(Decision { Given = "given", Withdrawn = "withdrawn" });

/// How we learnt of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentSource {
    /// A form on the web.
    Form,
    Paper,
    /// By telephone or in person.
    Phone,
    /// A text of theirs: a stop word, or a start word.
    Reply,
    /// Another program said so.
    Api,
    /// No consent: they gave us the number in writing, as on a business card.
    Card,
    /// No consent: they are a customer.
    Customer,
    /// No consent: a business that publishes the number itself.
    Published,
    /// The provider blocked the number and told us.
    Provider,
    /// A claim under the law.
    Law,
}

words!(ConsentSource {
    Form = "form",
    Paper = "paper",
    Phone = "phone",
    Reply = "reply",
    Api = "api",
    Card = "card",
    Customer = "customer",
    Published = "published",
    Provider = "provider",
    Law = "law",
});

impl ConsentSource {
    /// How somebody agrees, as a person may record it.
    pub const AGREED: [Self; 4] = [Self::Form, Self::Paper, Self::Phone, Self::Reply];

    /// What the law puts in the place of consent (3 I 2 to 4).
    pub const EXCEPTIONS: [Self; 3] = [Self::Card, Self::Customer, Self::Published];

    /// Reads what a person may record.
    pub fn by_hand(word: &str) -> Option<Self> {
        let all = Self::AGREED.into_iter().chain(Self::EXCEPTIONS);
        all.into_iter().find(|source| source.word() == word)
    }
}

impl From<OptOutSource> for ConsentSource {
    fn from(source: OptOutSource) -> Self {
        match source {
            OptOutSource::Keyword => Self::Reply,
            OptOutSource::Provider => Self::Provider,
            OptOutSource::User => Self::Phone,
            OptOutSource::Api => Self::Api,
            OptOutSource::Law => Self::Law,
        }
    }
}

/// One thing a contact has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub decision: Decision,
    pub said_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

/// Which of them holds: what they said last, whenever it was written down. Of two
/// things said at the same time, not to be sent anything.
pub fn standing<T>(all: &[T], said: impl Fn(&T) -> Said) -> Option<&T> {
    all.iter().max_by_key(|one| {
        let Said { decision, said_at, recorded_at } = said(one);
        (said_at, decision == Decision::Withdrawn, recorded_at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(decision: Decision, said_at: i64, recorded_at: i64) -> Said {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        Said { decision, said_at: at(said_at), recorded_at: at(recorded_at) }
    }

    fn holds(all: &[Said]) -> Option<Decision> {
        standing(all, |one| *one).map(|one| one.decision)
    }

    #[test]
    fn what_was_said_last_holds_whenever_it_was_written_down() {
        use Decision::{Given, Withdrawn};
        let cases: [(&[Said], Option<Decision>); 5] = [
            (&[], None),
            (&[said(Given, 5, 5)], Some(Given)),
            (&[said(Given, 5, 5), said(Withdrawn, 6, 6)], Some(Withdrawn)),
            // A form of last week, found after they had said no.
            (&[said(Withdrawn, 6, 6), said(Given, 5, 9)], Some(Withdrawn)),
            (&[said(Withdrawn, 6, 6), said(Given, 6, 9)], Some(Withdrawn)),
        ];
        for (all, expected) in cases {
            assert_eq!(holds(all), expected, "{all:?}");
            let turned: Vec<Said> = all.iter().rev().copied().collect();
            assert_eq!(holds(&turned), expected, "in whichever order they are read");
        }
    }

    #[test]
    fn advertising_alone_needs_consent() {
        let needing: Vec<_> = Purpose::ALL.iter().filter(|one| is_needed(**one)).collect();
        assert_eq!(needing, [&Purpose::Advertising]);
    }

    #[test]
    fn nobody_records_by_hand_what_machines_do() {
        for source in ConsentSource::ALL {
            let by_hand = ConsentSource::by_hand(source.word());
            let is_machine =
                matches!(source, ConsentSource::Api | ConsentSource::Provider | ConsentSource::Law);
            assert_eq!(by_hand.is_none(), is_machine, "{source:?}");
        }
    }
}
