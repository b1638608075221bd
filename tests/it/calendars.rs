//! Calendars of others: read from where they are, and understood as others do.

mod caldav;
pub mod feeds;
mod libraries;
mod outbox;
