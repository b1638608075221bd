//! The verbs of the house, one file each: the only place where store, providers
//! and live meet, and the only way to write.
//!
//! Every verb is one transaction that writes the rows, the events that describe
//! them and the audit entry. What a caller may not see is not found.

pub mod access;
pub mod add_note;
pub mod applications;
pub mod appointments;
pub mod ask_help;
pub mod assign;
pub mod automatic_reply;
pub mod backfill;
pub mod bulk;
pub mod calendars;
pub mod cancel_message;
pub mod check_account;
pub mod close;
pub mod contact_fields;
pub mod deliver;
mod error;
pub mod escalate;
pub mod export_contacts;
pub mod export_report;
pub mod hand_off;
pub mod handoff_flows;
pub mod import_contacts;
pub mod interviewers;
pub mod journaled;
pub mod link_places;
pub mod links;
pub mod mail_contact;
pub mod mail_replies;
pub mod mark_read;
pub mod masking;
mod mentions;
pub mod merge_contacts;
pub mod note_alive;
mod outgoing;
pub mod people;
pub mod phone_call;
pub mod photos;
pub mod publish_senders;
pub mod push;
pub mod quarantine;
pub mod quiet_times;
pub mod receive_inbound;
pub mod record_consent;
pub mod record_opt_out;
pub mod record_receipts;
pub mod rename_contact;
pub mod replace_credentials;
pub mod reply_forms;
pub mod resend_message;
pub mod resolve_unknown;
pub mod save_draft;
pub mod send_mail;
pub mod send_reply;
pub mod set_up;
pub mod settings;
pub mod sign_in;
pub mod simulate;
pub mod snooze;
pub mod start_conversation;
pub mod tags;
pub mod teams;
pub mod templates;
mod timeline;
pub mod webhooks;

pub use error::{ActionError, Problem};
pub use outgoing::Draft;
