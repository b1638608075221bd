//! Who is where, as screens show it.
//!
//! Faces are drawn once per change and language and handed to all sockets of
//! the node; each passes on what its user may see. Changes are gathered for
//! [`BREATH`], so that a socket gets no more than a few frames a second however
//! many people come and go.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use askama::Template;
use bytestring::ByteString;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::sleep;

use super::Screens;
use crate::app::App;
use crate::domain::id::{ConversationId, InboxId};
use crate::domain::user::Sight;
use crate::live::Frame;
use crate::live::presence::{Change, Doing, Seat};
use crate::locale::Locale;
use crate::store::{StoreError, conversations};
use crate::web::conversations::people::People;
use crate::web::error::WebError;
use crate::web::views::{PresenceView, PresentView};

/// How long changes are gathered: a quarter of what a face may take (ui.md 12.29).
const BREATH: Duration = Duration::from_millis(250);
/// Changes a socket may be behind before it is told of everybody anew.
const RING: usize = 256;

/// The faces of all conversations that anybody has open.
#[derive(Debug)]
pub struct Attendance {
    now: Mutex<HashMap<ConversationId, Arc<Faces>>>,
    ring: broadcast::Sender<Arc<Vec<Arc<Faces>>>>,
}

impl Default for Attendance {
    fn default() -> Self {
        Self { now: Mutex::default(), ring: broadcast::Sender::new(RING) }
    }
}

/// One conversation's faces, drawn.
#[derive(Debug)]
struct Faces {
    inbox: InboxId,
    conversation: String,
    /// In the order of [`Locale::ALL`].
    drawn: Vec<String>,
}

/// Draws who is where, for as long as the node runs.
pub async fn follow(app: Arc<App>, screens: Arc<Screens>) {
    loop {
        app.presence.stirred().await;
        sleep(BREATH).await;
        let changes = app.presence.changes();
        if changes.is_empty() {
            continue;
        }
        match drawn(&app, changes).await {
            Ok(drawn) => screens.attendance.tell(drawn),
            // Said again soon enough: a database that is away has other worries.
            Err(error) => tracing::debug!(%error, "who is where cannot be drawn"),
        }
    }
}

async fn drawn(
    app: &App,
    changes: Vec<Change>,
) -> Result<Vec<(ConversationId, bool, Faces)>, StoreError> {
    let users: Vec<_> =
        changes.iter().flat_map(|change| &change.people).map(|(user, _)| Some(*user)).collect();
    let people = app.store.read(move |db| People::read(db, users)).await?;
    changes
        .into_iter()
        .map(|Change { conversation, inbox, people: present }| {
            let drawn = Locale::ALL.into_iter().map(|t| {
                let present = present.iter().filter_map(|(user, types)| {
                    let person = people.person(Some(*user))?;
                    Some(PresentView { person, types: *types })
                });
                let view = PresenceView { t, people: present.collect() };
                view.render()
                    .map_err(|_template| StoreError::Sealed("a template could not be drawn"))
            });
            let drawn = drawn.collect::<Result<_, _>>()?;
            let faces = Faces { inbox, conversation: conversation.to_string(), drawn };
            Ok((conversation, present.is_empty(), faces))
        })
        .collect()
}

impl Attendance {
    fn tell(&self, drawn: Vec<(ConversationId, bool, Faces)>) {
        let mut now = self.now.lock().expect("no code panics while it holds the faces");
        let mut told = Vec::with_capacity(drawn.len());
        for (conversation, is_empty, faces) in drawn {
            let faces = Arc::new(faces);
            if is_empty {
                now.remove(&conversation);
            } else {
                now.insert(conversation, faces.clone());
            }
            told.push(faces);
        }
        // Without a socket there is nobody to tell, which is no error.
        let _ = self.ring.send(Arc::new(told));
    }

    fn everybody(&self) -> Vec<Arc<Faces>> {
        let now = self.now.lock().expect("no code panics while it holds the faces");
        now.values().cloned().collect()
    }
}

/// What one socket says and hears of people.
#[derive(Debug)]
pub struct Others {
    pub seat: Seat,
    heard: broadcast::Receiver<Arc<Vec<Arc<Faces>>>>,
    is_greeted: bool,
    /// The inbox of the conversation last spoken of.
    known: Option<(ConversationId, InboxId)>,
}

impl Others {
    pub fn new(seat: Seat, attendance: &Attendance) -> Self {
        Self { seat, heard: attendance.ring.subscribe(), is_greeted: false, known: None }
    }

    /// Whoever may not see a conversation is not in it.
    pub async fn here(
        &mut self,
        app: &App,
        sight: &Sight,
        conversation: ConversationId,
        doing: Doing,
    ) -> Result<(), WebError> {
        let inbox = match self.known {
            Some((known, inbox)) if known == conversation => inbox,
            _ => {
                let sight = sight.clone();
                let read = move |db: &mut _| conversations::visible_to(db, &sight, conversation);
                match app.store.read(read).await {
                    Ok(found) => found.inbox_id,
                    Err(StoreError::NotFound) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        self.known = Some((conversation, inbox));
        if sight.sees(inbox) {
            self.seat.here(inbox, conversation, doing);
        } else {
            self.seat.leave();
        }
        Ok(())
    }

    /// The next frame; the first tells of everybody, if anybody is there.
    pub async fn next(
        &mut self,
        attendance: &Attendance,
        locale: Locale,
        sight: &Sight,
    ) -> ByteString {
        if !std::mem::replace(&mut self.is_greeted, true) {
            let (greeting, is_news) = frame(true, &attendance.everybody(), locale, sight);
            if is_news {
                return greeting;
            }
        }
        loop {
            match self.heard.recv().await {
                Ok(told) => {
                    let (frame, is_news) = frame(false, &told, locale, sight);
                    if is_news {
                        return frame;
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    self.heard = self.heard.resubscribe();
                    return frame(true, &attendance.everybody(), locale, sight).0;
                }
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// What of it `sight` sees, and whether that is anything.
fn frame(all: bool, faces: &[Arc<Faces>], locale: Locale, sight: &Sight) -> (ByteString, bool) {
    let at = Locale::ALL.iter().position(|known| *known == locale).unwrap_or_default();
    let seen = faces.iter().filter(|faces| sight.sees(faces.inbox));
    let of: BTreeMap<String, String> =
        seen.map(|faces| (faces.conversation.clone(), faces.drawn[at].clone())).collect();
    let is_news = !of.is_empty();
    (Frame::Pres { all, of }.json(), is_news)
}
