//! What `Retry-After` says (RFC 9110 10.2.3).

use chrono::{DateTime, TimeDelta, Utc};

/// Seconds, or a date.
pub fn not_before(asked: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Ok(seconds) = asked.trim().parse::<u32>() {
        return Some(now + TimeDelta::seconds(seconds.into()));
    }
    DateTime::parse_from_rfc2822(asked.trim()).ok().map(|at| at.to_utc())
}
