//! The live view: what each event changes on a user's screen.
//!
//! An event carries ids only; what it shows is read and drawn here, once per
//! event, language and right, for all sockets of the node.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use serde::Deserialize;
use uuid::Uuid;

use super::assets;
use super::cookies::Cookies;
use super::csrf;
use super::error::WebError;
use super::session::{self, Session, origin};
use super::shell::quiet_ahead;
use crate::app::App;
use crate::domain::event::EventKind;
use crate::domain::id::ConversationId;
use crate::live::presence::Doing;
use crate::live::socket::{Pace, Start};
use crate::live::{Event, Frame, Memo, Op, Shown, View};
use crate::store::conversations::{Counts, Tallies, tallies};
use crate::store::{StoreError, events};
use crate::web::conversations::list::UNREAD_CAP;

mod drawing;
mod log;
mod presence;
mod scene;
mod wire;

use drawing::{Brush, draw_row, draw_thread};
pub use log::EventLog;
use log::live_event;
pub use presence::follow as follow_presence;
use presence::{Attendance, Others};
use scene::{Scene, is_shown, read_scenes};
use wire::Socket;

/// Largest frame a browser may send: it only ever answers pings (ui.md 4.3).
const FRAME: usize = 64 * 1024;
/// Events whose drawings are kept: more than a ring of sockets can be apart.
const KEPT: usize = 2_048;
/// Milliseconds for which tab counts are shared between sockets.
const COUNTS_LAST: u128 = 250;

/// What was read and drawn for the newest events, shared by all sockets.
pub struct Screens {
    read: Memo<i64, Option<Arc<Scene>>>,
    drawn: Memo<(i64, Brush), ByteString>,
    tallies: Memo<u128, Arc<Tallies>>,
    attendance: Attendance,
    begun: Instant,
}

impl Default for Screens {
    fn default() -> Self {
        Self {
            read: Memo::new(KEPT),
            drawn: Memo::new(KEPT),
            tallies: Memo::new(8),
            attendance: Attendance::default(),
            begun: Instant::now(),
        }
    }
}

#[derive(Deserialize)]
pub struct LiveQuery {
    after: Option<i64>,
    open: Option<Uuid>,
}

/// `GET /live?after=SEQ&open=CONVERSATION`
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
    let app = app.into_inner();
    let origin = origin(&request, &app);
    let open = query.open.map(ConversationId);
    let screen = Screen::new(app.clone(), screens.into_inner(), session, secret, origin, open);
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
    /// The thread that is drawn in full.
    open: Option<ConversationId>,
    others: Others,
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
            kind if kind.is_private() && event.event.user_id != Some(self.session.user.id) => {
                return Ok(Shown::Nothing);
            }
            _ if !is_shown(event) => return Ok(Shown::Nothing),
            _ => {}
        }
        let Some(inbox) = event.event.inbox_id else { return Ok(Shown::Nothing) };
        if !self.session.caller.sight.sees(inbox) {
            return Ok(Shown::Nothing);
        }
        let Some(scene) = self.scene(event).await? else { return Ok(Shown::Nothing) };
        Ok(Shown::Frame(self.drawing(event, &scene).await?))
    }

    fn watch(&mut self, conversation: ConversationId) {
        self.open = Some(conversation);
    }

    async fn here(&mut self, conversation: ConversationId, doing: Doing) -> Result<(), WebError> {
        self.others.here(&self.app, &self.session.caller.sight, conversation, doing).await
    }

    fn away(&mut self) {
        self.others.seat.leave();
    }

    async fn others(&mut self) -> ByteString {
        let (locale, sight) = (self.session.locale(), &self.session.caller.sight);
        self.others.next(&self.screens.attendance, locale, sight).await
    }

    async fn counts(&mut self) -> Result<Option<ByteString>, WebError> {
        // Sockets that ask within the same moment are told the same; it is
        // shorter than what a change waits to be counted.
        let moment = self.screens.begun.elapsed().as_millis() / COUNTS_LAST;
        let store = &self.app.store;
        let tallies = self
            .screens
            .tallies
            .get(
                moment,
                || async move { Ok::<_, StoreError>(Arc::new(store.read(tallies).await?)) },
            )
            .await?;
        let (sight, user) = (&self.session.caller.sight, self.session.user.id);
        let inboxes = tallies.inboxes(sight).into_iter().map(|inbox| {
            let counts = tallies.of(user, |found| found == inbox);
            (inbox.to_string(), numbers(&counts))
        });
        Ok(Some(Frame::Count { inboxes: inboxes.collect() }.json()))
    }
}

/// In the order of [`Frame::Count`].
fn numbers(counts: &Counts) -> [i64; 8] {
    let Counts { mine, unassigned, waiting, waiting_for_me, mentions, snoozed, all, teams } =
        *counts;
    [mine, unassigned, waiting, waiting_for_me, mentions, snoozed, all, teams]
}

impl Screen {
    pub fn new(
        app: Arc<App>,
        screens: Arc<Screens>,
        session: Session,
        secret: String,
        origin: String,
        open: Option<ConversationId>,
    ) -> Self {
        let others = Others::new(app.presence.seat(session.user.id), &screens.attendance);
        Self { app, screens, session, secret, origin, open, others }
    }

    /// Rights changed: whoever lost theirs is signed out, the others see by the new ones.
    /// So did, perhaps, what they want to be told: a page that is open goes by that too.
    async fn look_again(&mut self, event: &Event) -> Result<Shown, WebError> {
        if event.event.user_id != Some(self.session.user.id) {
            return Ok(Shown::Nothing);
        }
        match session::find(&self.app, self.secret.clone(), self.origin.clone()).await {
            Ok(session) => {
                self.session = session;
                Ok(Shown::Frame(self.wishes(event).await?))
            }
            Err(WebError::SignedOut) => Ok(Shown::SignedOut),
            Err(error) => Err(error),
        }
    }

    async fn wishes(&self, event: &Event) -> Result<ByteString, WebError> {
        let (user, now) = (&self.session.user, self.app.clock.now());
        let id = user.id;
        let quiet = self.app.store.read(move |db| quiet_ahead(db, id, now)).await?;
        let set = [
            ("data-level", Some(user.notify.word().to_owned())),
            ("data-scope", Some(user.notify_scope.word().to_owned())),
            ("data-sound", Some(user.sound.to_string())),
            ("data-quiet", quiet),
        ];
        let set = set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let ops = vec![Op::Attr { id: "texts".to_owned(), set }];
        Ok(Frame::Ev { id: event.seq, c: None, ops }.json())
    }

    async fn scene(&self, event: &Event) -> Result<Option<Arc<Scene>>, WebError> {
        let event = *event;
        self.screens
            .read
            .get(event.seq, || async move {
                let read = self.app.store.read(move |db| read_scenes(db, &[event])).await?;
                Ok(read.into_iter().next().and_then(|(_, scene)| scene))
            })
            .await
    }

    async fn drawing(&self, event: &Event, scene: &Arc<Scene>) -> Result<ByteString, WebError> {
        let is_open = self.open == Some(scene.conversation.id);
        let brush = Brush {
            locale: self.session.locale(),
            unread: scene.unread(self.session.user.id).min(UNREAD_CAP),
            drafted: scene.is_drafted_by(self.session.user.id),
            is_called: scene.is_called(self.session.user.id),
            numbers: self.session.caller.numbers,
            names_inbox: scene.several_inboxes && self.sees_several(),
            thread: is_open.then_some(self.session.user.role),
        };
        let (event, scene) = (*event, scene.clone());
        self.screens
            .drawn
            .get((event.seq, brush), || async move {
                let now = self.app.clock.now();
                let Some(role) = brush.thread else {
                    return Ok(draw_row(&event, &scene, brush, now)?);
                };
                let store = &self.app.store;
                Ok(store.read(move |db| draw_thread(db, &event, &scene, brush, role, now)).await?)
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
