//! Mail out of the house: how a letter is written, and who carries it.

mod contact;
mod escalation;
pub mod incoming;
mod invitation;
mod late;
mod mailer;
mod refusal;

pub use contact::ContactLetter;
pub use escalation::{Digest, Letter, Letterhead, Matter, Person};
pub use invitation::InvitationLetter;
pub use late::LateLetter;
pub use mailer::{Mailer, MailerError};
pub use refusal::RefusalLetter;
