//! The verbs, through the doors they are used by: handsets, pages, programs.

mod automatic_reply;
mod backtest;
mod bulk;
mod closing;
mod conversations;
mod deliver;
mod drafts;
mod escalation;
mod idempotency;
mod mail;
mod mail_contact;
mod mail_replies;
mod mail_servers;
mod mentions;
mod nudges;
mod opt_out;
mod postfix;
mod push;
mod quarantine;
mod receive_inbound;
mod record_receipts;
mod send_later;
mod send_reply;
mod sends_cut_off;
mod store_down;
pub mod tags;
mod twilio;
