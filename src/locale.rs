//! What the screens say, in Japanese and English.
//!
//! One function per text, made by the build from `locale/ja.toml` and
//! `locale/en.toml`: a text missing in either stops the build. Named arguments
//! are taken in alphabetical order.

use std::fmt::Display;

use crate::domain::consent::{ConsentSource, Decision};
use crate::domain::contact_field::FieldKind;
use crate::domain::conversation::ShownState;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::escalation::Trigger;
use crate::domain::handoff::Speech;
use crate::domain::mail_reply::Refusal;
use crate::domain::message::Purpose;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::user::Role;

mod candidate;
mod voice;

pub use voice::Voice;

/// From Sunday.
pub const WEEKDAYS_JA: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];

/// A language of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    Ja,
    En,
}

include!(concat!(env!("OUT_DIR"), "/locale.rs"));

impl Locale {
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The tag of BCP 47, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// Reads a tag; `ja-JP` is Japanese too.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The first language of an `Accept-Language` header that henji speaks.
    ///
    /// Browsers list languages best first; weights are not compared.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        header.split(',').find_map(|part| Self::from_tag(part.split(';').next()?))
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
        }
    }

    /// Why an answer by mail was not sent, and what to do.
    pub fn mail_refusal(self, why: Refusal) -> &'static str {
        match why {
            Refusal::UnknownAddress => self.mail_reply_unknown_address(),
            Refusal::Expired => self.mail_reply_expired(),
            Refusal::Used => self.mail_reply_used(),
            Refusal::Automatic => self.mail_reply_automatic(),
            Refusal::Unreadable => self.mail_reply_unreadable(),
            Refusal::WrongSender => self.mail_reply_wrong_sender(),
            Refusal::Unvouched => self.mail_reply_unvouched(),
            Refusal::NotAllowed => self.mail_reply_not_allowed(),
            Refusal::Off => self.mail_reply_off(),
            Refusal::MovedOn => self.mail_reply_moved_on(),
            Refusal::TooLarge => self.mail_reply_too_large(),
            Refusal::Attachment => self.mail_reply_attachment(),
            Refusal::Mixed => self.mail_reply_mixed(),
            Refusal::Empty => self.mail_reply_empty(),
            Refusal::TooLong => self.mail_reply_too_long(),
            Refusal::OptedOut => self.mail_reply_opted_out(),
            Refusal::Secret => self.mail_reply_secret(),
            Refusal::Unsendable => self.mail_reply_unsendable(),
        }
    }

    /// What the voice of a phone menu says, where the house has no words of its own.
    pub fn speech(self, speech: Speech) -> &'static str {
        match speech {
            Speech::Sent => self.speech_sent(),
            Speech::AlreadySent => self.speech_already_sent(),
            Speech::AskMobile => self.speech_ask_mobile(),
            Speech::CannotSend => self.speech_cannot_send(),
            Speech::TryLater => self.speech_try_later(),
            Speech::Greeting => self.speech_greeting(),
            Speech::Menu => self.speech_menu(),
            Speech::Again => self.speech_again(),
            Speech::Operator => self.speech_operator(),
            Speech::Goodbye => self.speech_goodbye(),
        }
    }

    pub fn outbound_state(self, state: OutboundState) -> &'static str {
        match state {
            OutboundState::DraftHeld => self.state_draft_held(),
            OutboundState::Queued => self.state_queued(),
            OutboundState::Submitting => self.state_submitting(),
            OutboundState::Sent => self.state_sent(),
            OutboundState::Delivered => self.state_delivered(),
            OutboundState::Undelivered => self.state_undelivered(),
            OutboundState::Failed => self.state_failed(),
            OutboundState::Expired => self.state_expired(),
            OutboundState::Canceled => self.state_canceled(),
            OutboundState::Unknown => self.state_unknown(),
        }
    }

    /// Why a text did not arrive, in a word.
    pub fn delivery_reason(self, reason: Reason) -> &'static str {
        match reason {
            Reason::OutOfRange => self.reason_out_of_range(),
            Reason::NoSuchNumber => self.reason_no_such_number(),
            Reason::NumberSuspended => self.reason_number_suspended(),
            Reason::RefusedByRecipient => self.reason_refused_by_recipient(),
            Reason::OptedOut => self.reason_opted_out(),
            Reason::NoConsent => self.reason_no_consent(),
            Reason::Landline => self.reason_landline(),
            Reason::InvalidNumber => self.reason_invalid_number(),
            Reason::Filtered => self.reason_filtered(),
            Reason::NotRoutable => self.reason_not_routable(),
            Reason::SenderNotAllowed => self.reason_sender_not_allowed(),
            Reason::AccountProblem => self.reason_account_problem(),
            Reason::Throttled => self.reason_throttled(),
            Reason::TooLate => self.reason_too_late(),
            Reason::ProviderError => self.reason_provider_error(),
            Reason::Unknown => self.reason_unknown(),
        }
    }

    /// What somebody can do about it.
    pub fn delivery_advice(self, reason: Reason) -> &'static str {
        match reason {
            Reason::OutOfRange | Reason::Throttled | Reason::ProviderError => self.advice_again(),
            Reason::NoSuchNumber | Reason::NumberSuspended | Reason::Landline => {
                self.advice_number()
            }
            Reason::InvalidNumber => self.advice_number(),
            Reason::RefusedByRecipient | Reason::OptedOut => self.advice_refused(),
            Reason::NoConsent => self.advice_consent(),
            Reason::Filtered => self.advice_wording(),
            Reason::NotRoutable | Reason::SenderNotAllowed | Reason::AccountProblem => {
                self.advice_admin()
            }
            Reason::TooLate | Reason::Unknown => self.advice_again(),
        }
    }

    pub fn opt_out_scope(self, scope: OptOutScope) -> &'static str {
        match scope {
            OptOutScope::All => self.opt_out_all(),
            OptOutScope::Advertising => self.opt_out_advertising(),
        }
    }

    pub fn field_kind(self, kind: FieldKind) -> &'static str {
        match kind {
            FieldKind::Text => self.fields_kind_text(),
            FieldKind::Date => self.fields_kind_date(),
            FieldKind::Choice => self.fields_kind_choice(),
            FieldKind::Number => self.fields_kind_number(),
            FieldKind::Email => self.fields_kind_email(),
        }
    }

    pub fn opt_out_source(self, source: OptOutSource) -> &'static str {
        match source {
            OptOutSource::Keyword => self.opt_out_keyword(),
            OptOutSource::Provider => self.opt_out_provider(),
            OptOutSource::User => self.opt_out_user(),
            OptOutSource::Law => self.opt_out_law(),
            OptOutSource::Api => self.consent_api(),
        }
    }

    pub fn consent_decision(self, decision: Decision) -> &'static str {
        match decision {
            Decision::Given => self.consent_given(),
            Decision::Withdrawn => self.consent_withdrawn(),
        }
    }

    pub fn consent_source(self, source: ConsentSource) -> &'static str {
        match source {
            ConsentSource::Form => self.consent_form(),
            ConsentSource::Paper => self.consent_paper(),
            ConsentSource::Phone => self.consent_phone(),
            ConsentSource::Reply => self.consent_reply(),
            ConsentSource::Api => self.consent_api(),
            ConsentSource::Card => self.consent_card(),
            ConsentSource::Customer => self.consent_customer(),
            ConsentSource::Published => self.consent_published(),
            ConsentSource::Provider => self.consent_provider(),
            ConsentSource::Law => self.consent_law(),
        }
    }

    /// What a step of a ladder waits for.
    pub fn escalation_trigger(self, trigger: Trigger) -> &'static str {
        match trigger {
            Trigger::Unanswered => self.escalation_unanswered(),
            Trigger::Unassigned => self.escalation_unassigned(),
            Trigger::Words => self.escalation_with_words(),
            Trigger::Tagged => self.escalation_tagged(),
            Trigger::Undelivered => self.escalation_undelivered(),
            Trigger::Help => self.escalation_help(),
        }
    }

    pub fn purpose(self, purpose: Purpose) -> &'static str {
        match purpose {
            Purpose::Conversation => self.purpose_conversation(),
            Purpose::Notice => self.purpose_notice(),
            Purpose::Verification => self.purpose_verification(),
            Purpose::Dunning => self.purpose_dunning(),
            Purpose::Advertising => self.purpose_advertising(),
        }
    }

    pub fn shown_state(self, state: ShownState) -> &'static str {
        match state {
            ShownState::Unassigned => self.shown_unassigned(),
            ShownState::Assigned => self.shown_assigned(),
            ShownState::Snoozed => self.shown_snoozed(),
            ShownState::Closed => self.shown_closed(),
        }
    }

    pub fn user_role(self, role: Role) -> &'static str {
        match role {
            Role::Agent => self.role_agent(),
            Role::Supervisor => self.role_supervisor(),
            Role::Admin => self.role_admin(),
            Role::Auditor => self.role_auditor(),
            Role::Viewer => self.role_viewer(),
        }
    }
}

/// A number a language may have two forms for.
pub trait Count: Copy + Display {
    fn is_one(self) -> bool;
}

macro_rules! counts {
    ($($number:ty)*) => {$(
        impl Count for $number {
            fn is_one(self) -> bool {
                self == 1
            }
        }
    )*};
}

counts!(u8 u16 u32 u64 usize i32 i64);

impl<T: Count> Count for &T {
    fn is_one(self) -> bool {
        (*self).is_one()
    }
}

#[cfg(test)]
mod tests;
