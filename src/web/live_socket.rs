//! The live view: what each event changes on a user's screen.
//!
//! An event carries ids only; what it shows is read and drawn here, once per
//! event, language and right, for all sockets of the node.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{CloseReason, Message as WsMessage, MessageStream, Session as WsSession};
use serde::Deserialize;

use super::conversations::lines::{Setting, line, mentioned};
use super::conversations::list::{UNREAD_CAP, last_failed, row_view, shown_name, Row};
use super::conversations::people::People;
use super::conversations::thread::{Loaded, head, side};
use super::cookies::Cookies;
use super::csrf;
use super::error::WebError;
use super::session::{self, Session, origin};
use super::times::Times;
use super::assets;
use crate::app::App;
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::user::Role;
use crate::live::frame::How;
use crate::live::socket::{Pace, Start};
use crate::live::{Close, Event, Memo, Op, Shown, View, Wire};
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Message};
use crate::store::{Db, StoreError, conversations, events, reads};

/// Largest frame a browser may send: it only ever answers pings (ui.md 4.3).
const FRAME: usize = 64 * 1024;
/// Events whose drawings are kept: more than a ring of sockets can be apart.
const KEPT: usize = 2_048;

/// What was read and drawn for the newest events, shared by all sockets.
pub struct Screens {
    read: Memo<i64, Option<Arc<Scene>>>,
    drawn: Memo<(i64, Brush), Arc<Drawing>>,
}

/// Everything a drawing of one event needs.
struct Scene {
    conversation: Conversation,
    inbox: Inbox,
    several_inboxes: bool,
    message: Option<Message>,
    people: People,
    failed: bool,
    /// How far each user has read the conversation.
    read_by: Vec<(UserId, chrono::DateTime<chrono::Utc>)>,
    /// When its newest inbound texts came, newest first.
    inbound: Vec<chrono::DateTime<chrono::Utc>>,
}

/// What makes one drawing differ from another of the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Brush {
    locale: Locale,
    role: Role,
    unread: u32,
    names_inbox: bool,
}

/// The HTML an event puts on a screen.
struct Drawing {
    message: Option<String>,
    row: String,
    head: Option<String>,
    side: Option<String>,
    spoken: Option<String>,
}

impl Default for Screens {
    fn default() -> Self {
        Self { read: Memo::new(KEPT), drawn: Memo::new(KEPT) }
    }
}

#[derive(Deserialize)]
pub struct LiveQuery {
    after: Option<i64>,
}

/// `GET /live?after=SEQ`
pub async fn open(
    app: web::Data<App>,
    screens: web::Data<Screens>,
    session: Session,
    request: HttpRequest,
    stream: web::Payload,
    query: web::Query<LiveQuery>,
) -> Result<HttpResponse, WebError> {
    let public_url = &app.config.web.public_url;
    csrf::check_origin(request.headers(), public_url).map_err(|_foreign| WebError::Forbidden)?;
    let secret = Cookies::new(public_url).session_secret(&request).ok_or(WebError::SignedOut)?;
    let guard = app.hub.admit(session.user.id, session.id).ok_or(WebError::TooManyRequests {
        retry_after: std::time::Duration::from_secs(30),
    })?;
    let (response, ws, messages) = actix_ws::handle(&request, stream)
        .map_err(|_not_a_handshake| WebError::BadRequest)?;
    let mut wire = Socket { ws: Some(ws), messages: messages.max_frame_size(FRAME) };
    let screen = Screen {
        app: app.clone().into_inner(),
        screens: screens.into_inner(),
        origin: origin(&request, &app),
        session,
        secret,
    };
    let start = Start {
        after: query.after.unwrap_or(0).max(0),
        now: app.clock.now(),
        build: assets::BUILD.to_owned(),
        pace: Pace::default(),
    };
    let hub = app.hub.clone();
    actix_web::rt::spawn(async move {
        crate::live::serve(&hub, guard, &mut wire, screen, start).await;
    });
    Ok(response)
}

/// One user's screen.
pub struct Screen {
    pub app: Arc<App>,
    pub screens: Arc<Screens>,
    pub session: Session,
    /// The session's secret, to look again whether it is still in force.
    pub secret: String,
    pub origin: String,
}

impl View for Screen {
    type Error = WebError;

    async fn events_after(&mut self, seq: i64, limit: usize) -> Result<Vec<Event>, WebError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = self.app.store.read(move |db| events::after(db, seq, limit)).await?;
        Ok(found.into_iter().map(live_event).collect())
    }

    async fn show(&mut self, event: &Event) -> Result<Shown, WebError> {
        match event.event.kind {
            EventKind::AccessChanged => return self.look_again(event).await,
            EventKind::ConversationRead if event.event.user_id != Some(self.session.user.id) => {
                return Ok(Shown::Nothing);
            }
            EventKind::SettingsChanged | EventKind::QuarantineAdded => return Ok(Shown::Nothing),
            _ => {}
        }
        let (Some(inbox), Some(id)) = (event.event.inbox_id, event.event.conversation_id) else {
            return Ok(Shown::Nothing);
        };
        if !self.session.caller.sight.sees(inbox) {
            return Ok(Shown::Nothing);
        }
        let Some(scene) = self.scene(event, id).await? else { return Ok(Shown::Nothing) };
        let drawing = self.drawing(event, &scene).await?;
        Ok(Shown::Ops { conversation: Some(id), ops: ops(&scene, &drawing) })
    }
}

impl Screen {
    /// Rights changed: whoever lost theirs is signed out, the others see by the new ones.
    async fn look_again(&mut self, event: &Event) -> Result<Shown, WebError> {
        if event.event.user_id != Some(self.session.user.id) {
            return Ok(Shown::Nothing);
        }
        match session::find(&self.app, self.secret.clone(), self.origin.clone()).await {
            Ok(session) => {
                self.session = session;
                Ok(Shown::Nothing)
            }
            Err(WebError::SignedOut) => Ok(Shown::SignedOut),
            Err(error) => Err(error),
        }
    }

    async fn scene(
        &self,
        event: &Event,
        id: ConversationId,
    ) -> Result<Option<Arc<Scene>>, WebError> {
        let event = *event;
        self.screens
            .read
            .get(event.seq, || async move {
                let scene = self.app.store.read(move |db| read_scene(db, &event, id)).await?;
                Ok(scene.map(Arc::new))
            })
            .await
    }

    async fn drawing(&self, event: &Event, scene: &Arc<Scene>) -> Result<Arc<Drawing>, WebError> {
        let brush = Brush {
            locale: self.session.locale(),
            role: self.session.user.role,
            unread: unread(scene, self.session.user.id),
            names_inbox: scene.several_inboxes && self.sees_several(),
        };
        let (event, scene) = (*event, scene.clone());
        self.screens
            .drawn
            .get((event.seq, brush), || async move {
                let now = self.app.clock.now();
                let read = self.app.store.read(move |db| draw(db, &event, &scene, brush, now));
                Ok(Arc::new(read.await?))
            })
            .await
    }

    fn sees_several(&self) -> bool {
        match &self.session.caller.sight {
            crate::domain::user::Sight::All => true,
            crate::domain::user::Sight::Inboxes(inboxes) => inboxes.len() > 1,
        }
    }
}

/// An event of the log as live passes it on.
pub fn live_event(event: events::Event) -> Event {
    Event { seq: event.seq, at: event.at, event: event.event }
}

fn read_scene(
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

fn unread(scene: &Scene, user: UserId) -> u32 {
    let read_at = scene.read_by.iter().find(|(id, _)| *id == user).map(|(_, at)| *at);
    let unread = scene.inbound.iter().filter(|at| read_at.is_none_or(|read_at| **at > read_at));
    u32::try_from(unread.count()).unwrap_or(u32::MAX)
}

fn draw(
    db: &mut Db,
    event: &Event,
    scene: &Scene,
    brush: Brush,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Drawing, StoreError> {
    use askama::Template;

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
        let loaded = Loaded {
            conversation: scene.conversation.clone(),
            inbox: scene.inbox.clone(),
            times,
        };
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

fn ops(scene: &Scene, drawing: &Drawing) -> Vec<Op> {
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

/// A WebSocket as live wants its wires.
struct Socket {
    /// Taken when it is closed.
    ws: Option<WsSession>,
    messages: MessageStream,
}

impl Wire for Socket {
    async fn text(&mut self, text: String) -> Result<(), crate::live::socket::Gone> {
        match &mut self.ws {
            Some(ws) => ws.text(text).await.map_err(|_closed| crate::live::socket::Gone),
            None => Err(crate::live::socket::Gone),
        }
    }

    async fn ping(&mut self) -> Result<(), crate::live::socket::Gone> {
        match &mut self.ws {
            Some(ws) => ws.ping(b"").await.map_err(|_closed| crate::live::socket::Gone),
            None => Err(crate::live::socket::Gone),
        }
    }

    async fn until_gone(&mut self) {
        while let Some(Ok(message)) = self.messages.recv().await {
            match message {
                WsMessage::Ping(bytes) => {
                    if let Some(ws) = &mut self.ws
                        && ws.pong(&bytes).await.is_err()
                    {
                        return;
                    }
                }
                WsMessage::Close(_) => return,
                _ => {}
            }
        }
    }

    async fn close(&mut self, close: Close) {
        if let Some(ws) = self.ws.take() {
            let reason = CloseReason {
                code: actix_ws::CloseCode::Other(close.code()),
                description: Some(close.reason()),
            };
            // Whoever is gone needs no farewell.
            drop(ws.close(Some(reason)).await);
        }
    }
}

