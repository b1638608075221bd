//! What an event shows: read once, drawn once per language and right.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::user::Role;
use crate::live::frame::How;
use crate::live::{Event, Op};
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Message};
use crate::store::{Db, StoreError, conversations, reads};
use crate::web::conversations::lines::{Setting, line, mentioned};
use crate::web::conversations::list::{Row, UNREAD_CAP, last_failed, row_view, shown_name};
use crate::web::conversations::people::People;
use crate::web::conversations::thread::{Loaded, head, side};
use crate::web::times::Times;

/// Everything a drawing of one event needs.
pub struct Scene {
    conversation: Conversation,
    inbox: Inbox,
    pub several_inboxes: bool,
    message: Option<Message>,
    people: People,
    failed: bool,
    /// How far each user has read the conversation.
    read_by: Vec<(UserId, DateTime<Utc>)>,
    /// When its newest inbound texts came, newest first.
    inbound: Vec<DateTime<Utc>>,
}

/// What makes one drawing differ from another of the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Brush {
    pub locale: Locale,
    pub role: Role,
    pub unread: u32,
    pub names_inbox: bool,
}

/// The HTML an event puts on a screen.
pub struct Drawing {
    message: Option<String>,
    row: String,
    head: Option<String>,
    side: Option<String>,
    spoken: Option<String>,
}

pub fn read_scene(
    db: &mut Db,
    event: &Event,
    id: ConversationId,
) -> Result<Option<Scene>, StoreError> {
    let conversation = match conversations::find(db, id) {
        Ok(conversation) => conversation,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let message = event.event.message_id.map(|id| messages::find(db, id)).transpose()?;
    let mut mentioned_ids = mentioned(message.as_slice());
    mentioned_ids.push(conversation.status.assignee);
    let inboxes = inboxes::all(db)?;
    let inbox = inboxes.iter().find(|inbox| inbox.id == conversation.inbox_id).cloned();
    Ok(Some(Scene {
        inbox: inbox.ok_or(StoreError::NotFound)?,
        several_inboxes: inboxes.len() > 1,
        people: People::read(db, mentioned_ids)?,
        failed: last_failed(db, &conversation)?,
        read_by: reads::of_conversation(db, id)?,
        inbound: messages::newest_inbound_times(db, id, UNREAD_CAP)?,
        message,
        conversation,
    }))
}

pub fn unread(scene: &Scene, user: UserId) -> u32 {
    let read_at = scene.read_by.iter().find(|(id, _)| *id == user).map(|(_, at)| *at);
    let unread = scene.inbound.iter().filter(|at| read_at.is_none_or(|read_at| **at > read_at));
    u32::try_from(unread.count()).unwrap_or(u32::MAX)
}

pub fn draw(
    db: &mut Db,
    event: &Event,
    scene: &Scene,
    brush: Brush,
    now: DateTime<Utc>,
) -> Result<Drawing, StoreError> {
    let times = Times::new(brush.locale, &scene.inbox.time_zone, now);
    let contact = shown_name(&scene.conversation);
    let rendered = |drawn: Result<String, askama::Error>| {
        drawn.map_err(|_template| StoreError::Sealed("a template could not be drawn"))
    };
    let message = scene
        .message
        .as_ref()
        .map(|message| {
            let setting = Setting {
                times: &times,
                people: &scene.people,
                contact: &contact,
                may_act: brush.role.may_answer(),
                revision: event.seq,
            };
            rendered(line(&setting, message).render())
        })
        .transpose()?;
    let row = Row {
        conversation: scene.conversation.clone(),
        unread: brush.unread,
        failed: scene.failed,
    };
    let inbox_name = brush.names_inbox.then_some(scene.inbox.name.as_str());
    let row = rendered(row_view(&times, &scene.people, &row, inbox_name).render())?;
    let (mut head_html, mut side_html) = (None, None);
    if changes_head(event, scene) {
        let loaded =
            Loaded { conversation: scene.conversation.clone(), inbox: scene.inbox.clone(), times };
        head_html = Some(rendered(head(db, &loaded, &brush.role, None, event.seq)?.render())?);
        side_html = Some(rendered(side(db, &loaded, event.seq)?.render())?);
    }
    Ok(Drawing { message, row, head: head_html, side: side_html, spoken: spoken(event, scene) })
}

/// Head and side panel show states, people and waits: a delivery receipt or a
/// mark of reading changes none of them.
fn changes_head(event: &Event, scene: &Scene) -> bool {
    let is_text = scene.message.as_ref().is_some_and(|message| message.kind == MessageKind::Sms);
    match event.event.kind {
        EventKind::ConversationUpdated => true,
        EventKind::MessageCreated => is_text,
        _ => false,
    }
}

/// What a screen reader says of a new inbound text.
fn spoken(event: &Event, scene: &Scene) -> Option<String> {
    let message = scene.message.as_ref()?;
    let is_new = event.event.kind == EventKind::MessageCreated;
    (is_new && message.direction == Direction::Inbound)
        .then(|| format!("{}: {}", shown_name(&scene.conversation), message.body))
}

pub fn ops(scene: &Scene, drawing: &Drawing) -> Vec<Op> {
    let id = scene.conversation.id;
    let mut ops = Vec::with_capacity(5);
    if let (Some(html), Some(message)) = (&drawing.message, &scene.message) {
        let dom_id = message.client_message_id.unwrap_or(message.id.0);
        ops.push(Op::Put {
            id: format!("m-{dom_id}"),
            html: html.clone(),
            into: Some(format!("thread-{id}")),
            sort: Some(message.created_at.timestamp_micros().to_string()),
        });
    }
    ops.push(Op::Put {
        id: format!("row-{id}"),
        html: drawing.row.clone(),
        into: Some("rows".to_owned()),
        sort: Some(scene.conversation.last_message_at.timestamp_micros().to_string()),
    });
    let only_replaced = |name: &str, html: &String| Op::Put {
        id: format!("{name}-{id}"),
        html: html.clone(),
        into: None,
        sort: None,
    };
    ops.extend(drawing.head.iter().map(|html| only_replaced("head", html)));
    ops.extend(drawing.side.iter().map(|html| only_replaced("side", html)));
    if let Some(text) = &drawing.spoken {
        ops.push(Op::Say { text: text.clone(), how: How::Polite });
    }
    ops
}
