//! Loops that call actions when time comes. Each is one testable step,
//! `run_one`, and a loop around it.

pub mod backfill;
pub mod deliver;
pub mod escalate_due;
pub mod heartbeat;
pub mod housekeeping;
pub mod push;
pub mod replay;
pub mod resolve_unknown;
pub mod search;
pub mod send_mail;
pub mod soundness;
