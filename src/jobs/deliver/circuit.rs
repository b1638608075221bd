//! A provider that does not answer is left alone for a while (R16).
//!
//! Each call to it may end in a text whose fate nobody knows, so it is not tried
//! with every text that waits: after [`FAILURES`] calls in a row without an
//! answer the circuit opens, and texts of that account stay queued. When the
//! pause is over one text is the probe; its answer closes the circuit, its
//! silence doubles the pause.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::id::ProviderAccountId;

/// Calls in a row: a lost answer or two are nobody's outage.
const FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// A provider that is back is noticed within a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a call ended, as far as the provider's health is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered, if only to refuse.
    Answers,
    /// No answer, or one that only says that it is unwell.
    Silent,
}

/// The circuits of all accounts, as one worker sees them.
#[derive(Default)]
pub struct Circuits {
    broken: HashMap<ProviderAccountId, Circuit>,
}

#[derive(Clone, Copy)]
struct Circuit {
    failures: u32,
    pause: Duration,
    /// Open until then; none while it is closed.
    open_until: Option<DateTime<Utc>>,
    is_probed: bool,
}

impl Circuits {
    /// Whether a call may be made now. Half open, the first to ask is the probe.
    pub fn may_call(&mut self, account: ProviderAccountId, now: DateTime<Utc>) -> bool {
        let Some(circuit) = self.broken.get_mut(&account) else { return true };
        match circuit.open_until {
            None => true,
            Some(until) if now < until || circuit.is_probed => false,
            Some(_) => {
                circuit.is_probed = true;
                true
            }
        }
    }

    /// A call ended. True if the circuit opened or closed by it.
    ///
    /// `chance`, from 0 to 1, spreads the probes of several nodes.
    pub fn ended(
        &mut self,
        account: ProviderAccountId,
        health: Health,
        now: DateTime<Utc>,
        chance: f64,
    ) -> bool {
        if health == Health::Answers {
            return self.broken.remove(&account).is_some_and(|was| was.open_until.is_some());
        }
        let circuit = self.broken.entry(account).or_insert(Circuit {
            failures: 0,
            pause: FIRST_PAUSE,
            open_until: None,
            is_probed: false,
        });
        circuit.failures += 1;
        let was_open = circuit.open_until.is_some();
        if was_open && !circuit.is_probed {
            // A call from before it opened.
            return false;
        }
        if was_open {
            circuit.pause = (circuit.pause * 2).min(LONGEST_PAUSE);
        } else if circuit.failures < FAILURES {
            return false;
        }
        circuit.is_probed = false;
        circuit.open_until = Some(now + circuit.pause.mul_f64(1.0 + chance / 4.0));
        !was_open
    }

    /// The call was not made after all, so it tells nothing.
    pub fn not_made(&mut self, account: ProviderAccountId) {
        if let Some(circuit) = self.broken.get_mut(&account) {
            circuit.is_probed = false;
        }
    }

    /// Accounts that are left alone just now.
    pub fn open(&self) -> impl Iterator<Item = ProviderAccountId> {
        self.broken.iter().filter(|(_, one)| one.open_until.is_some()).map(|(account, _)| *account)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::clock::fresh_id;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_301_400, 0).unwrap()
    }

    #[test]
    fn a_silent_provider_is_left_alone_and_probed_by_one_text() {
        let (mut circuits, account, now) = (Circuits::default(), fresh_id(), start());
        for _ in 1..FAILURES {
            assert!(!circuits.ended(account, Health::Silent, now, 0.0));
            assert!(circuits.may_call(account, now));
        }
        assert!(circuits.ended(account, Health::Silent, now, 0.0));
        assert!(!circuits.may_call(account, now + TimeDelta::milliseconds(4_999)));
        assert!(circuits.may_call(fresh_id(), now), "another account has done nothing");
        let later = now + TimeDelta::seconds(5);
        assert!(circuits.may_call(account, later));
        assert!(!circuits.may_call(account, later), "one probe at a time");
        assert!(circuits.ended(account, Health::Answers, later, 0.0));
        assert!(circuits.may_call(account, later) && circuits.may_call(account, later));
        assert_eq!(circuits.open().count(), 0);
    }

    #[test]
    fn each_silent_probe_doubles_the_pause_up_to_a_minute() {
        let (mut circuits, account, mut now) = (Circuits::default(), fresh_id(), start());
        for _ in 0..FAILURES {
            circuits.ended(account, Health::Silent, now, 0.0);
        }
        for pause in [5, 10, 20, 40, 60, 60] {
            assert!(!circuits.may_call(account, now + TimeDelta::seconds(pause - 1)), "{pause}");
            now += TimeDelta::seconds(pause);
            assert!(circuits.may_call(account, now), "{pause}");
            circuits.ended(account, Health::Silent, now, 0.0);
        }
    }

    #[test]
    fn an_answer_in_between_forgets_what_was_before() {
        let (mut circuits, account, now) = (Circuits::default(), fresh_id(), start());
        for _ in 0..20 {
            for _ in 1..FAILURES {
                circuits.ended(account, Health::Silent, now, 0.0);
            }
            circuits.ended(account, Health::Answers, now, 0.0);
        }
        assert!(circuits.may_call(account, now));
    }

    #[test]
    fn a_probe_that_was_not_made_leaves_room_for_another() {
        let (mut circuits, account, now) = (Circuits::default(), fresh_id(), start());
        for _ in 0..FAILURES {
            circuits.ended(account, Health::Silent, now, 0.0);
        }
        let later = now + TimeDelta::seconds(6);
        assert!(circuits.may_call(account, later));
        circuits.not_made(account);
        assert!(circuits.may_call(account, later));
    }
}
