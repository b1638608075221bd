//! A line of the timeline.

use std::ops::Range;

use askama::Template;

use super::{PersonView, Piece, Shell, TimeView, pieces_and_calls};
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::mail::MailState;
use crate::domain::message::Purpose;
use crate::locale::Locale;

/// One text, note or system line; `messages/_message.html` for page, fragment
/// and live event alike. Holds no form: its buttons belong to the page's form
/// `act`, so a live event needs no token of anybody.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/_message.html")]
pub struct MessageView {
    pub t: Locale,
    pub id: String,
    /// The client's id where the message has one, else `id`; the element is `m-<dom_id>`.
    pub dom_id: String,
    /// Rises with every change; an older one never replaces a newer one.
    pub revision: i64,
    /// Microseconds of the time the thread is ordered by.
    pub sort: i64,
    /// `2026-11-21` and "11月21日(金)".
    pub day: TimeView,
    /// Whether the line before it is of another day. A live event says `true`;
    /// the browser hides the heading again where it is not needed.
    pub starts_day: bool,
    /// Whether 「ここから未読」 stands above it.
    pub first_unread: bool,
    /// Whether it is what somebody looked for.
    pub found: bool,
    pub at: TimeView,
    pub body: String,
    /// Where a note calls a colleague by name.
    pub calls: Vec<Range<usize>>,
    /// The tag of the body's language where it is surely not the screen's.
    pub lang: Option<&'static str>,
    /// Who wrote it: the user of an outbound text or note.
    pub author: Option<PersonView>,
    /// The contact as called in the thread, for the speaker's name of inbound texts.
    pub contact: String,
    /// The number of ours it went through; `None` for what is no text.
    pub via: Option<ViaView>,
    /// Pictures that came with it.
    pub photos: Vec<PhotoView>,
    pub look: MessageLook,
}

/// A picture of a contact's, as the thread shows it.
#[derive(Clone, Debug)]
pub struct PhotoView {
    pub id: String,
    /// Which of its text's it is, for whoever hears the page.
    pub number: usize,
    /// On the screen.
    pub width: u32,
    pub height: u32,
    /// Whether its time is over.
    pub is_gone: bool,
}

/// One of our numbers or names: a contact may know us by several, one a carrier.
#[derive(Clone, Debug)]
pub struct ViaView {
    pub address: String,
    /// "0005-123456から"
    pub shown: String,
    /// Whether the text before it went through another. A live event says `true`;
    /// the browser hides it again where it says nothing new.
    pub is_new: bool,
}

/// `GET /messages/{id}/links/{at}`: whether to go where a link really leads.
#[derive(Template)]
#[template(path = "messages/link.html")]
pub struct LinkPage {
    pub shell: Shell,
    pub conversation_id: String,
    /// As browsers read the address.
    pub host: String,
    pub port: Option<u16>,
    /// As it stands in the message.
    pub address: String,
    pub href: String,
    /// Whether something stands before the host that is easily taken for it.
    pub hides: bool,
    /// Whether others can read along.
    pub is_open: bool,
}

/// How a line looks.
#[derive(Clone, Debug)]
pub enum MessageLook {
    Inbound {
        /// When the handset sent it, where that was noticeably earlier.
        sent_at: Option<TimeView>,
    },
    Outbound(DeliveryView),
    Note,
    /// Something that happened; `icon` names a symbol of the sprite.
    System {
        icon: &'static str,
    },
}

/// What became of an outbound text.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    pub state: OutboundState,
    pub reason: Option<Reason>,
    /// Billed parts.
    pub segments: u16,
    /// While the text may still be taken back.
    pub undo: Option<UndoView>,
    /// The time a scheduled text waits for.
    pub not_before: Option<TimeView>,
    /// Whether it is taken back when the contact writes first.
    pub until_reply: bool,
    pub purpose: Purpose,
    /// A rule answered, and nobody.
    pub automatic: bool,
    /// What became of the mail that brings it instead.
    pub mailed: Option<MailState>,
    /// When a person first followed its link.
    pub opened: Option<TimeView>,
    /// Whether the contact has an address to mail it to.
    pub is_mailable: bool,
    /// Whether the reader may undo and resend; of the role, not of the person.
    pub may_act: bool,
}

/// The seconds in which a text can be taken back, all of them.
#[derive(Clone, Copy, Debug)]
pub struct UndoView {
    pub seconds: u32,
}

impl MessageView {
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        pieces_and_calls(&self.body, &self.calls)
    }

    pub(super) fn without_buttons(&self) -> Self {
        let mut quiet = self.clone();
        if let MessageLook::Outbound(delivery) = &mut quiet.look {
            delivery.may_act = false;
        }
        quiet
    }

    /// "到達 2通", "未達(圏外)"
    fn state_words(&self, delivery: &DeliveryView) -> String {
        let state = self.t.outbound_state(delivery.state);
        match delivery.reason {
            Some(reason) if delivery.is_bad() => {
                self.t.state_because(self.t.delivery_reason(reason), state)
            }
            _ if delivery.is_delivered() => self.t.state_parts(delivery.segments, state),
            _ => state.to_owned(),
        }
    }

    /// What it is for, where that is not the talk itself.
    fn other_purpose(&self, delivery: &DeliveryView) -> Option<&'static str> {
        let is_other = delivery.purpose != Purpose::Conversation;
        is_other.then(|| self.t.purpose(delivery.purpose))
    }

    /// "メールで送信済み"
    fn mailed_words(&self, state: &MailState) -> &'static str {
        match state {
            MailState::Queued | MailState::InHand => self.t.message_mailing(),
            MailState::Sent => self.t.message_mailed(),
            MailState::Failed => self.t.message_mail_failed(),
            MailState::Discarded | MailState::Overtaken => self.t.message_mail_dropped(),
        }
    }

    fn was_not_mailed(&self, state: &MailState) -> bool {
        matches!(state, MailState::Failed | MailState::Discarded | MailState::Overtaken)
    }

    fn state_icon(&self, delivery: &DeliveryView) -> &'static str {
        use OutboundState::*;
        match delivery.state {
            DraftHeld | Queued => "clock",
            Submitting => "loader-circle",
            Sent => "check",
            Delivered => "check-check",
            Undelivered | Failed | Expired => "triangle-alert",
            Canceled => "ban",
            Unknown => "circle-question-mark",
        }
    }

    /// The next thing to do, where there is one.
    fn advice(&self, delivery: &DeliveryView) -> Option<&'static str> {
        match delivery.reason {
            _ if delivery.is_unknown() => Some(self.t.advice_unknown()),
            Some(reason) if delivery.is_bad() => Some(self.t.delivery_advice(reason)),
            _ => None,
        }
    }
}

impl DeliveryView {
    /// Whether somebody must look at it.
    pub fn is_bad(&self) -> bool {
        use OutboundState::*;
        matches!(self.state, Undelivered | Failed | Expired)
    }

    pub fn is_unknown(&self) -> bool {
        self.state == OutboundState::Unknown
    }

    pub fn is_delivered(&self) -> bool {
        self.state == OutboundState::Delivered
    }

    pub fn is_held(&self) -> bool {
        self.state == OutboundState::DraftHeld
    }

    pub fn is_canceled(&self) -> bool {
        self.state == OutboundState::Canceled
    }

    pub fn may_mail(&self) -> bool {
        self.may_act && self.is_bad() && self.is_mailable && self.mailed.is_none()
    }

    pub fn may_resend(&self) -> bool {
        self.may_act && (self.is_bad() || self.is_unknown())
    }
}
