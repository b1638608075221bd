//! When somebody is told of a wait whose step was taken.
//!
//! A step makes a nudge for each person it goes to. Most go at once, as a mail of their
//! own. One waits while its person looks at the conversation, keeps quiet times, or got
//! a mail a moment ago; the ladder climbs on meanwhile, so that others are told in time.

use chrono::{DateTime, TimeDelta, Utc};

use super::message::words;

/// How long somebody is left alone who looks at the conversation, from the first time
/// they were: a customer does not wait unheard because a tab is open.
pub const LOOKING_AT_MOST: TimeDelta = TimeDelta::minutes(5);
/// How soon it is asked again whether they still do.
pub const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(15);
/// After a mail to somebody, others are gathered for so long, unless their inbox says
/// otherwise.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Whoever gathers for longer is told too late of whoever waits.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::minutes(60);
/// Waits that one mail tells of; more make more mails.
pub const MOST_IN_MAIL: usize = 50;

/// What a nudge waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delay {
    /// Its person looks at the conversation.
    Looking,
    /// The end of its person's quiet times.
    Quiet,
    /// Others, to go in one mail with them.
    Window,
    /// The conversation to come back from where it was put aside.
    Aside,
}

words!(Delay { Looking = "looking", Quiet = "quiet", Window = "window", Aside = "aside" });

/// What is known of a nudge and of its person.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// Its step heeds no hours: neither does it.
    pub urgent: bool,
    pub looks: bool,
    /// Since when it waits for that, if it does.
    pub looking_since: Option<DateTime<Utc>>,
    pub quiet_until: Option<DateTime<Utc>>,
    /// When the last mail left for its person, if any did.
    pub told_at: Option<DateTime<Utc>>,
    /// How long others are gathered after one.
    pub window: TimeDelta,
}

/// Until when a nudge waits, and what for; `None` for one that goes now.
///
/// An urgent one waits for nobody's night and goes in no company, but its person is
/// not told of what they look at either.
pub fn put_off(about: &Circumstances, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Delay)> {
    let quiet = about.quiet_until.filter(|until| !about.urgent && *until > now);
    if let Some(until) = quiet {
        return Some((until, Delay::Quiet));
    }
    let left_alone_until = about.looking_since.unwrap_or(now) + LOOKING_AT_MOST;
    if about.looks && now < left_alone_until {
        return Some(((now + LOOK_AGAIN).min(left_alone_until), Delay::Looking));
    }
    let free_at = about.told_at.map(|at| at + about.window);
    free_at.filter(|at| !about.urgent && *at > now).map(|at| (at, Delay::Window))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn seconds(minute: i64, seconds: i64) -> DateTime<Utc> {
        at(minute) + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_nudge_waits_for_a_night_a_look_and_for_company_and_for_nothing_else() {
        let none = Circumstances { window: WINDOW, ..Circumstances::default() };
        let urgent = Circumstances { urgent: true, ..none };
        let looks = Circumstances { looks: true, ..none };
        let since = |minute| Circumstances { looking_since: Some(at(minute)), ..looks };
        let quiet = |minute| Some(at(minute));
        let told = |minute| Circumstances { told_at: Some(at(minute)), ..none };
        for (about, expected) in [
            (none, None),
            (looks, Some((seconds(60, 15), Delay::Looking))),
            (since(57), Some((seconds(60, 15), Delay::Looking))),
            (since(55), None),
            (Circumstances { looks: false, ..since(57) }, None),
            (Circumstances { quiet_until: quiet(480), ..none }, Some((at(480), Delay::Quiet))),
            (Circumstances { quiet_until: quiet(480), ..looks }, Some((at(480), Delay::Quiet))),
            (Circumstances { quiet_until: quiet(480), ..urgent }, None),
            (Circumstances { quiet_until: quiet(60), ..none }, None),
            (told(58), Some((at(63), Delay::Window))),
            (told(55), None),
            (Circumstances { urgent: true, ..told(58) }, None),
            (Circumstances { urgent: true, ..looks }, Some((seconds(60, 15), Delay::Looking))),
            (Circumstances { window: TimeDelta::zero(), ..told(60) }, None),
        ] {
            assert_eq!(put_off(&about, at(60)), expected, "{about:?}");
        }
    }

    #[test]
    fn nobody_is_left_alone_for_longer_than_promised() {
        // Somebody who looks all the time, asked as often as may be.
        let (mut now, mut about) = (at(0), Circumstances { looks: true, ..Default::default() });
        while let Some((until, why)) = put_off(&about, now) {
            assert_eq!(why, Delay::Looking);
            assert!(until > now);
            about.looking_since = about.looking_since.or(Some(now));
            now = until;
        }
        assert_eq!(now, at(0) + LOOKING_AT_MOST);
    }
}
