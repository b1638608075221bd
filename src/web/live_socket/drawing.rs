//! What an event puts on a screen: drawn once for all who see the same.

use askama::Template;
use bytestring::ByteString;
use chrono::{DateTime, Utc};

use super::scene::Scene;
use crate::domain::event::EventKind;
use crate::domain::masking::Numbers;
use crate::domain::message::{Direction, MessageKind};
use crate::domain::user::Role;
use crate::live::frame::How;
use crate::live::{Event, Frame, Op};
use crate::locale::Locale;
use crate::store::conversations::{self, Case};
use crate::store::{Db, StoreError};
use crate::web::conversations::appointments;
use crate::web::conversations::calls::call_lines;
use crate::web::conversations::cases::case_line;
use crate::web::conversations::lines::{Setting, line};
use crate::web::conversations::list::{Row, row_view, shown_name};
use crate::web::conversations::people::People;
use crate::web::conversations::thread::{Loaded, head, side};
use crate::web::times::Times;

/// What makes one drawing differ from another of the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Brush {
    pub locale: Locale,
    pub unread: u32,
    /// Whether the viewer has begun to write there.
    pub drafted: bool,
    pub is_called: bool,
    pub names_inbox: bool,
    pub numbers: Numbers,
    /// The right of whoever has the thread on the screen; all others are shown
    /// the row of the list alone, a tenth of the bytes.
    pub thread: Option<Role>,
}

/// The frame for those who have the list before them.
pub fn draw_row(
    event: &Event,
    scene: &Scene,
    brush: Brush,
    now: DateTime<Utc>,
) -> Result<ByteString, StoreError> {
    let times = Times::new(brush.locale, &scene.inbox.time_zone, now);
    Ok(frame(event, scene, vec![row(scene, brush, &times)?]))
}

/// The frame for those who have the thread before them too.
pub fn draw_thread(
    db: &mut Db,
    event: &Event,
    scene: &Scene,
    brush: Brush,
    role: Role,
    now: DateTime<Utc>,
) -> Result<ByteString, StoreError> {
    let times = Times::new(brush.locale, &scene.inbox.time_zone, now);
    let mut ops: Vec<Op> = bubble(event, scene, &times, role, brush.numbers)?.into_iter().collect();
    ops.push(row(scene, brush, &times)?);
    ops.extend(call(db, event, scene, &times)?);
    if changes_head(event, scene) {
        let (conversation, inbox) = (scene.conversation.clone(), scene.inbox.clone());
        let loaded = Loaded { conversation, inbox, times, numbers: brush.numbers };
        let head = rendered(&head(db, &loaded, &role, None, event.seq)?)?;
        let side = rendered(&side(db, &loaded, &role, event.seq)?)?;
        let appointment = rendered(&appointments::view(db, &loaded, &role, event.seq)?)?;
        ops.push(replace("head", scene, head));
        ops.push(replace("side", scene, side));
        ops.push(replace("appointment", scene, appointment));
        ops.extend(case(db, event, scene, brush.locale, now)?);
    }
    ops.extend(spoken(event, scene, brush.numbers));
    Ok(frame(event, scene, ops))
}

fn frame(event: &Event, scene: &Scene, ops: Vec<Op>) -> ByteString {
    Frame::Ev { id: event.seq, c: Some(scene.conversation.id.to_string()), ops }.json()
}

fn row(scene: &Scene, brush: Brush, times: &Times) -> Result<Op, StoreError> {
    let row = Row {
        conversation: scene.conversation.clone(),
        unread: brush.unread,
        failed: scene.failed,
        drafted: brush.drafted,
        tags: scene.tags.clone(),
        called: scene.called.iter().map(|called| called.user).collect(),
        is_called: brush.is_called,
    };
    let inbox_name = brush.names_inbox.then_some(scene.inbox.name.as_str());
    Ok(Op::Put {
        id: format!("row-{}", scene.conversation.id),
        html: rendered(&row_view(times, &scene.people, brush.numbers, &row, inbox_name))?,
        into: Some("rows".to_owned()),
        sort: Some(scene.conversation.last_message_at.timestamp_micros().to_string()),
    })
}

fn bubble(
    event: &Event,
    scene: &Scene,
    times: &Times,
    role: Role,
    numbers: Numbers,
) -> Result<Option<Op>, StoreError> {
    let Some(message) = &scene.message else { return Ok(None) };
    let setting = Setting {
        times,
        people: &scene.people,
        contact: &shown_name(&scene.conversation, numbers),
        may_act: role.may_answer(),
        is_mailable: scene.is_mailable,
        beside: &scene.beside,
        revision: event.seq,
    };
    let dom_id = message.client_message_id.unwrap_or(message.id.0);
    Ok(Some(Op::Put {
        id: format!("m-{dom_id}"),
        html: rendered(&line(&setting, message))?,
        into: Some(format!("thread-{}", scene.conversation.id)),
        sort: Some(message.created_at.timestamp_micros().to_string()),
    }))
}

/// The call that led to a text.
fn call(
    db: &mut Db,
    event: &Event,
    scene: &Scene,
    times: &Times,
) -> Result<Option<Op>, StoreError> {
    let kind = event.event.kind;
    if !matches!(kind, EventKind::HandoffCreated | EventKind::LinkOpened) {
        return Ok(None);
    }
    let calls = call_lines(db, times, scene.message.as_slice(), event.seq)?;
    let Some((_, view)) = calls.first() else { return Ok(None) };
    Ok(Some(Op::Put {
        id: format!("call-{}", view.id),
        html: rendered(view)?,
        into: Some(format!("thread-{}", scene.conversation.id)),
        sort: Some(view.sort.to_string()),
    }))
}

/// The case the event falls into: a new line where the event began it, else what
/// has become of it.
fn case(
    db: &mut Db,
    event: &Event,
    scene: &Scene,
    locale: Locale,
    now: DateTime<Utc>,
) -> Result<Option<Op>, StoreError> {
    let times = Times::new(locale, &scene.inbox.time_zone, now);
    let cases = conversations::cases_of(db, scene.conversation.id)?;
    let begun = |case: &&Case| case.opened_at <= event.at && !case.is_empty();
    let Some(case) = cases.iter().find(begun) else { return Ok(None) };
    let people = People::read(db, [case.closed_by])?;
    let view = case_line(&times, &people, case, event.seq);
    let begins = case.opened_at == event.at;
    Ok(Some(Op::Put {
        id: format!("case-{}", case.id),
        html: rendered(&view)?,
        into: begins.then(|| format!("thread-{}", scene.conversation.id)),
        sort: Some(view.sort.to_string()),
    }))
}

/// Head and side panel show states, people and waits: a delivery receipt or a
/// mark of reading changes none of them.
fn changes_head(event: &Event, scene: &Scene) -> bool {
    let is_text = scene.message.as_ref().is_some_and(|message| message.kind == MessageKind::Sms);
    match event.event.kind {
        EventKind::ConversationUpdated
        | EventKind::AppointmentOffered
        | EventKind::AppointmentBooked
        | EventKind::AppointmentChanged
        | EventKind::AppointmentDeclined => true,
        EventKind::MessageCreated => is_text,
        _ => false,
    }
}

fn replace(name: &str, scene: &Scene, html: String) -> Op {
    Op::Put { id: format!("{name}-{}", scene.conversation.id), html, into: None, sort: None }
}

/// What a screen reader says of a new inbound text.
fn spoken(event: &Event, scene: &Scene, numbers: Numbers) -> Option<Op> {
    let message = scene.message.as_ref()?;
    let is_new = event.event.kind == EventKind::MessageCreated;
    (is_new && message.direction == Direction::Inbound).then(|| Op::Say {
        text: format!("{}: {}", shown_name(&scene.conversation, numbers), message.body),
        how: How::Polite,
    })
}

fn rendered(template: &impl Template) -> Result<String, StoreError> {
    template.render().map_err(|_template| StoreError::Sealed("a template could not be drawn"))
}
