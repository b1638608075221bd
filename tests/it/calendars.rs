//! Calendars of others: read from where they are, and understood as others do.

mod caldav;
pub mod feeds;
pub mod libraries;
mod outbox;
