//! The live view for browsers that get no WebSocket through: the same frames,
//! asked for.

use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use serde::Deserialize;
use uuid::Uuid;

use super::assets;
use super::cookies::Cookies;
use super::error::WebError;
use super::live_socket::{Screen, Screens};
use super::session::{Session, origin};
use crate::app::App;
use crate::domain::id::ConversationId;
use crate::live::frame::Why;
use crate::live::socket::{MEMORY, REPLAY};
use crate::live::{Frame, Shown, View};

/// A proxy that cuts WebSockets also cuts answers that take too long.
const LONGEST: u64 = 25;

#[derive(Deserialize)]
pub struct PollQuery {
    after: Option<i64>,
    wait: Option<u64>,
    open: Option<Uuid>,
}

/// `GET /events?after=SEQ&wait=SECONDS&open=CONVERSATION`: a JSON array of frames, at once if
/// something happened, else when something does or the time is over.
pub async fn poll(
    app: web::Data<App>,
    screens: web::Data<Screens>,
    session: Session,
    request: HttpRequest,
    query: web::Query<PollQuery>,
) -> Result<HttpResponse, WebError> {
    let secret = Cookies::new(&app.config.web.public_url).session_secret(&request);
    let secret = secret.ok_or(WebError::SignedOut)?;
    let (app, screens) = (app.into_inner(), screens.into_inner());
    let (origin, open) = (origin(&request, &app), query.open.map(ConversationId));
    let mut screen = Screen::new(app.clone(), screens, session, secret, origin, open);
    let mut feed = app.hub.subscribe();
    let after = query.after.unwrap_or_else(|| feed.cursor()).max(0);
    let mut frames = vec![
        Frame::Hello { ev: feed.cursor(), build: assets::BUILD.to_owned(), hb: LONGEST }.json(),
    ];
    let missed = screen.events_after(after, REPLAY + 1).await?;
    let is_too_old = missed.first().is_some_and(|event| app.clock.now() - event.at > MEMORY);
    if missed.len() > REPLAY || is_too_old {
        frames.push(Frame::Reset { why: Why::Gap }.json());
        frames.push(Frame::At { id: feed.cursor() }.json());
        return Ok(array(&frames));
    }
    let mut seen = after;
    let mut shown = false;
    for event in &missed {
        shown |= show(&mut screen, event, &mut frames).await?;
        seen = event.seq;
    }
    if !shown {
        feed.move_to(seen);
        let wait = Duration::from_secs(query.wait.unwrap_or(LONGEST).min(LONGEST));
        // Whatever was shown before the time ran out is in `frames` already.
        let waited = tokio::time::timeout(wait, async {
            while let crate::live::Next::Event(event) = feed.next().await {
                let was_shown = show(&mut screen, &event, &mut frames).await?;
                seen = event.seq;
                if was_shown {
                    break;
                }
            }
            Ok::<_, WebError>(())
        });
        if let Ok(failed @ Err(_)) = waited.await {
            failed?;
        }
    }
    frames.extend(screen.counts().await?);
    frames.push(Frame::At { id: seen }.json());
    Ok(array(&frames))
}

async fn show(
    screen: &mut Screen,
    event: &crate::live::Event,
    frames: &mut Vec<ByteString>,
) -> Result<bool, WebError> {
    match screen.show(event).await? {
        Shown::Nothing => Ok(false),
        Shown::Frame(text) => {
            frames.push(text);
            Ok(true)
        }
        Shown::SignedOut => Err(WebError::SignedOut),
    }
}

fn array(frames: &[ByteString]) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(format!("[{}]", frames.join(",")))
}
