//! The table of limits.

use std::time::Duration;

use chrono::TimeDelta;

/// So many in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub count: u32,
    pub per: TimeDelta,
}

/// Tries to sign in from one network.
pub const SIGN_IN_NETWORK: Limit = Limit { count: 30, per: TimeDelta::minutes(1) };

/// Failed webhook checks of one source before its answers are slowed down.
pub const HOOK_FAILURES: Limit = Limit { count: 100, per: TimeDelta::minutes(1) };

/// Failed webhook requests of one source that are kept for a person to judge.
/// The document names no period; a day bounds the disk and forgets by itself.
pub const HOOKS_KEPT: Limit = Limit { count: 1_000, per: TimeDelta::days(1) };

/// Links of one network that lead nowhere, before it is told to slow down. People
/// come with an old one now and then, a carrier's thousands from one address.
pub const LINK_MISSES: Limit = Limit { count: 60, per: TimeDelta::minutes(1) };

/// Questions of one network whether a text is ours. What is compared stands on the page
/// for everybody; this only bounds the work.
pub const TEXT_CHECKS: Limit = Limit { count: 60, per: TimeDelta::minutes(1) };

/// Forms of one network that bring pictures, which are much to read and to draw anew. A
/// carrier's telephones may share an address.
pub const PICTURES_SENT: Limit = Limit { count: 60, per: TimeDelta::minutes(1) };
/// The same of one form: whoever sends refused pictures over and over is no customer.
pub const PICTURES_OF_FORM: Limit = Limit { count: 10, per: TimeDelta::minutes(10) };

/// How long a slowed-down source waits for each answer.
pub const TARPIT: Duration = Duration::from_secs(2);

/// Wrong passwords an account takes before delays begin.
pub const FREE_TRIES: u32 = 3;

/// Wrong passwords at which an account is locked for [`LOCK`].
pub const LOCK_AT: u32 = 10;

/// The first lock. Each further wrong password doubles it up to
/// [`LONGEST_LOCK`]: 15 minutes every time would allow 106 tries a day, and 100
/// is the promise. It always ends by itself.
pub const LOCK: TimeDelta = TimeDelta::minutes(15);
pub const LONGEST_LOCK: TimeDelta = TimeDelta::minutes(60);

/// After so long without a try, an account's count starts afresh.
pub const FORGET: TimeDelta = TimeDelta::days(1);

/// Accounts, and networks, and sources, that are counted at the same time:
/// about 1 MB each when full.
pub const BUCKETS: usize = 10_000;
