//! The business in plain Rust.
//!
//! Nothing here does I/O, reads a clock, awaits or knows a database: every rule
//! is a function of what it is given, so that every rule can be tested alone.

pub mod account_check;
pub mod application;
pub mod appointment;
pub mod automatic_reply;
pub mod browser;
pub mod business_hours;
pub mod calendar;
pub mod consent;
pub mod contact_field;
pub mod contact_sheet;
pub mod content_guard;
pub mod conversation;
pub mod delivery;
pub mod escalation;
pub mod event;
pub mod excerpt;
pub mod handoff;
pub mod holiday;
pub mod id;
pub mod inbound;
pub mod mail;
pub mod mail_reply;
pub mod masking;
pub mod mention;
pub mod merge_field;
pub mod message;
pub mod nudge;
pub mod opt_out;
pub mod phone_number;
pub mod photo;
pub mod push;
pub mod quiet_times;
mod retry_after;
pub mod search;
pub mod segment;
pub mod sender;
pub mod sender_notice;
pub mod short_link;
pub mod system_line;
pub mod tag;
pub mod user;
pub mod webhook;
