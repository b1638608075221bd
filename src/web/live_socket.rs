//! The live view: what each event changes on a user's screen.
//!
//! An event carries ids only; what it shows is read and drawn here, once per
//! event, language and right, for all sockets of the node.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::assets;
use super::cookies::Cookies;
use super::csrf;
use super::error::WebError;
use super::session::{self, Session, origin};
use crate::app::App;
use crate::domain::event::EventKind;
use crate::domain::id::ConversationId;
use crate::live::socket::{Pace, Start};
use crate::live::{Event, Memo, Shown, View};
use crate::store::events;

mod scene;
mod wire;

use scene::{Brush, Drawing, Scene, draw, ops, read_scene, unread};
use wire::Socket;

/// Largest frame a browser may send: it only ever answers pings (ui.md 4.3).
const FRAME: usize = 64 * 1024;
/// Events whose drawings are kept: more than a ring of sockets can be apart.
const KEPT: usize = 2_048;

/// What was read and drawn for the newest events, shared by all sockets.
pub struct Screens {
    read: Memo<i64, Option<Arc<Scene>>>,
    drawn: Memo<(i64, Brush), Arc<Drawing>>,
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
    let guard = app
        .hub
        .admit(session.user.id, session.id)
        .ok_or(WebError::TooManyRequests { retry_after: std::time::Duration::from_secs(30) })?;
    let (response, ws, messages) =
        actix_ws::handle(&request, stream).map_err(|_not_a_handshake| WebError::BadRequest)?;
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
