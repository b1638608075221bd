//! A conversation, as programs see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::domain::masking::Numbers;
use crate::store::contacts::Contact;
use crate::store::conversations::Conversation;
use crate::store::tags::Tag;
use crate::web::api::contact_fields::Named;

#[derive(Debug, Serialize)]
pub struct ConversationView {
    id: Uuid,
    inbox_id: Uuid,
    contact: ContactView,
    state: &'static str,
    /// The user who has it, null where nobody has.
    assignee: Option<Uuid>,
    /// The team whose work it is, null where it is no team's.
    team: Option<Uuid>,
    last_answered_by: Option<Uuid>,
    /// When the oldest text came that nobody has answered.
    waiting_since: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    last_message_id: Uuid,
    last_message_at: DateTime<Utc>,
    last_direction: &'static str,
    /// The beginning of the last message.
    preview: String,
    tags: Vec<TagView>,
}

#[derive(Debug, Serialize)]
pub struct ContactView {
    id: Uuid,
    phone: String,
    name: Option<String>,
    opted_out: bool,
    /// The house's own fields that are filled in, by name.
    fields: Named,
}

impl ContactView {
    pub fn new(contact: Contact, numbers: Numbers, fields: Named) -> Self {
        Self {
            id: contact.person.0,
            phone: numbers.told(contact.address),
            name: contact.name,
            opted_out: contact.opted_out.is_some(),
            fields,
        }
    }
}

#[derive(Debug, Serialize)]
pub struct TagView {
    id: Uuid,
    name: String,
    colour: &'static str,
}

impl From<Tag> for TagView {
    fn from(tag: Tag) -> Self {
        Self { id: tag.id.0, name: tag.name, colour: tag.colour.word() }
    }
}

impl ConversationView {
    pub fn new(
        conversation: Conversation,
        tags: Vec<Tag>,
        numbers: Numbers,
        fields: Named,
    ) -> Self {
        let Conversation { contact, status, .. } = conversation;
        Self {
            id: conversation.id.0,
            inbox_id: conversation.inbox_id.0,
            contact: ContactView::new(contact, numbers, fields),
            state: status.state.word(),
            assignee: status.assignee.map(|user| user.0),
            team: conversation.team.map(|team| team.0),
            last_answered_by: status.last_answered_by.map(|user| user.0),
            waiting_since: status.waiting_since,
            snoozed_until: status.snoozed_until,
            last_message_id: conversation.last_message_id.0,
            last_message_at: conversation.last_message_at,
            last_direction: conversation.last_direction.word(),
            preview: conversation.preview,
            tags: tags.into_iter().map(TagView::from).collect(),
        }
    }
}
