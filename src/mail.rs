//! Mail out of the house: how a letter is written, and who carries it.

mod escalation;
mod mailer;

pub use escalation::{Letter, Letterhead, Person};
pub use mailer::{Mailer, MailerError};
