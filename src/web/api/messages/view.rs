//! A message, as programs see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::super::is_false;
use crate::actions::appointments::page::is_by_page;
use crate::domain::id::MessageId;
use crate::domain::masking;
use crate::domain::message::Direction;
use crate::store::conversations::Conversation;
use crate::store::ids::RowId;
use crate::store::links::{self, Followed};
use crate::store::messages::Message;
use crate::store::photos::{self, Photo};
use crate::store::{Db, StoreError, contacts, reply_forms};

#[derive(Debug, Serialize)]
pub struct MessageView {
    id: Uuid,
    conversation_id: Uuid,
    direction: &'static str,
    kind: &'static str,
    /// `web` for what was typed into a reply form.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    purpose: &'static str,
    /// Null for what never leaves the house, like `to`.
    from: Option<String>,
    to: Option<String>,
    body: String,
    /// `received` for inbound texts, null for what never leaves the house.
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_ref: Option<String>,
    /// The user who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    author_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed: Option<&'static str>,
    /// Where a rule answered, and nobody.
    #[serde(skip_serializing_if = "is_false")]
    automatic: bool,
    encoding: &'static str,
    segments: u16,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    photos: Vec<PhotoView>,
}

/// A picture that came with the text, for `GET /photos/{id}`.
#[derive(Debug, Serialize)]
struct PhotoView {
    id: Uuid,
    width: u32,
    height: u32,
    /// When it was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    purged_at: Option<DateTime<Utc>>,
}

/// A short link that stands in the text, as far as programs may know it: who has
/// its address can open it.
#[derive(Debug, Serialize)]
struct LinkView {
    id: Uuid,
    expires_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<DateTime<Utc>>,
    opens: i64,
}

/// What is kept of a message beside it.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    links: Vec<Followed>,
    photos: Vec<Photo>,
    /// Whether it was typed into a reply form.
    is_typed: bool,
}

impl Beside {
    /// That of each of `texts`.
    pub fn read(db: &mut Db, texts: &[MessageId]) -> Result<HashMap<MessageId, Self>, StoreError> {
        let mut links = links::of_messages(db, texts)?;
        let typed = reply_forms::typed(db, texts)?;
        let of_forms: Vec<MessageId> = typed.iter().copied().collect();
        let mut photos = photos::of_messages(db, &of_forms)?;
        let one = |id: &MessageId| Self {
            links: links.remove(id).unwrap_or_default(),
            photos: photos.remove(id).unwrap_or_default(),
            is_typed: typed.contains(id),
        };
        Ok(texts.iter().copied().zip(texts.iter().map(one)).collect())
    }
}

impl From<Followed> for LinkView {
    fn from(link: Followed) -> Self {
        let Followed { link: id, expires_at, opened_at, opens } = link;
        Self { id: id.0, expires_at, opened_at, opens }
    }
}

impl From<Photo> for PhotoView {
    fn from(photo: Photo) -> Self {
        let Photo { id, width, height, purged_at } = photo;
        Self { id: id.0, width, height, purged_at }
    }
}

impl MessageView {
    /// `number` is the contact's at the time.
    pub fn new(message: Message, number: Option<String>, beside: Beside) -> Self {
        let (from, to) = match message.direction {
            Direction::Inbound => (number, message.our_address),
            Direction::Outbound => (message.our_address, number),
            Direction::Internal => (None, None),
        };
        let state = match message.direction {
            Direction::Inbound => Some("received"),
            _ => message.state.map(|state| state.word()),
        };
        let is_web = beside.is_typed || is_by_page(message.provider_ref.as_deref());
        Self {
            id: message.id.0,
            conversation_id: message.conversation_id.0,
            direction: message.direction.word(),
            kind: message.kind.word(),
            channel: is_web.then_some("web"),
            purpose: message.purpose.word(),
            from,
            to,
            body: message.body,
            state,
            reason: message.reason.map(|reason| reason.word()),
            provider_ref: message.provider_ref,
            author_id: message.author_id.map(|author| author.0),
            automatic: message.automatic,
            mailed: message.mailed.map(|state| state.word()),
            encoding: message.encoding.word(),
            segments: message.segments,
            created_at: message.created_at,
            send_at: message.not_before,
            expires_at: message.expires_at,
            sent_at: message.sent_at,
            delivered_at: message.delivered_at,
            links: beside.links.into_iter().map(LinkView::from).collect(),
            photos: beside.photos.into_iter().map(PhotoView::from).collect(),
        }
    }
}

/// The numbers a contact has had, each read once, as the asker is told them.
pub struct Numbers<'a> {
    conversation: &'a Conversation,
    known: HashMap<RowId, String>,
    seen: masking::Numbers,
}

impl<'a> Numbers<'a> {
    pub fn new(conversation: &'a Conversation, seen: masking::Numbers) -> Self {
        let contact = &conversation.contact;
        let known = HashMap::from([(contact.address_id, seen.told(contact.address.clone()))]);
        Self { conversation, known, seen }
    }

    /// The contact's number when `message` was written.
    pub fn of(&mut self, db: &mut Db, message: &Message) -> Result<Option<String>, StoreError> {
        let Some(id) = message.address_id else { return Ok(None) };
        if let Some(number) = self.known.get(&id) {
            return Ok(Some(number.clone()));
        }
        let found = contacts::find(db, self.conversation.contact.id, id)?;
        let number = self.seen.told(found.address);
        self.known.insert(id, number.clone());
        Ok(Some(number))
    }
}
