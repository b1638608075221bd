//! What happened, as a row with a number.
//!
//! An event carries ids and kinds, never personal data, so that it may travel
//! to other nodes, logs and webhooks (design 2.5).

use super::id::{ConversationId, InboxId, MessageId, UserId};
use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A line was added to a conversation's timeline.
    MessageCreated,
    /// A message's delivery state, or what is shown with it, changed.
    MessageUpdated,
    /// State, assignee, waiting time or name of a conversation changed.
    ConversationUpdated,
    /// A user read a conversation up to some point; concerns that user alone.
    ConversationRead,
    /// A user began or ended a draft in a conversation; concerns that user alone.
    DraftChanged,
    /// A user's rights, or what they want to be told, changed: open sockets must be
    /// checked again.
    AccessChanged,
    /// An inbox, sender or provider account changed.
    SettingsChanged,
    /// A caller pressed a key and was sent a text, or had it already.
    HandoffCreated,
    /// A webhook request failed its check and waits in quarantine.
    QuarantineAdded,
    /// A person followed a link of ours; of a message where the link stands in one.
    LinkOpened,
    /// A candidate was sent times to choose from.
    AppointmentOffered,
    /// One of them was booked.
    AppointmentBooked,
    /// Another time is wanted, or what was booked is off.
    AppointmentChanged,
    /// The candidate wants none.
    AppointmentDeclined,
}

words!(EventKind {
    MessageCreated = "message.created",
    MessageUpdated = "message.updated",
    ConversationUpdated = "conversation.updated",
    ConversationRead = "conversation.read",
    DraftChanged = "draft.changed",
    AccessChanged = "access.changed",
    SettingsChanged = "settings.changed",
    HandoffCreated = "handoff.created",
    QuarantineAdded = "quarantine.added",
    LinkOpened = "link.opened",
    AppointmentOffered = "appointment.offered",
    AppointmentBooked = "appointment.booked",
    AppointmentChanged = "appointment.changed",
    AppointmentDeclined = "appointment.declined",
});

/// An event as it is appended; the log gives it its number and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub kind: EventKind,
    pub inbox_id: Option<InboxId>,
    pub conversation_id: Option<ConversationId>,
    pub message_id: Option<MessageId>,
    pub user_id: Option<UserId>,
}

impl EventKind {
    /// Whether it concerns the user it names and nobody else.
    pub fn is_private(self) -> bool {
        matches!(self, Self::ConversationRead | Self::DraftChanged)
    }
}

impl NewEvent {
    /// An event of the whole house: no inbox, no conversation.
    pub fn new(kind: EventKind) -> Self {
        Self { kind, inbox_id: None, conversation_id: None, message_id: None, user_id: None }
    }

    pub fn conversation(kind: EventKind, inbox: InboxId, conversation: ConversationId) -> Self {
        Self { inbox_id: Some(inbox), conversation_id: Some(conversation), ..Self::new(kind) }
    }

    pub fn about(mut self, message: MessageId) -> Self {
        self.message_id = Some(message);
        self
    }

    pub fn of_user(mut self, user: UserId) -> Self {
        self.user_id = Some(user);
        self
    }
}
