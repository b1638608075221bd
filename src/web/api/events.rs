//! `GET /events`: the log, for programs that follow it.
//!
//! A program that asks with the `next` of its last answer sees every event once:
//! the log's numbers have no gaps a reader could fall into (`store::events`).

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::{ApiError, Call, Query, ok};
use crate::app::App;
use crate::live::Next;
use crate::store::events::{self, Event};

/// Half of what proxies commonly allow an answer to take.
const LONGEST_WAIT: i64 = 30;
const USUAL: i64 = 100;
const MOST: i64 = 1_000;

#[derive(Debug, Serialize)]
struct Events {
    events: Vec<EventView>,
    /// What to ask with next.
    next: i64,
}

#[derive(Debug, Serialize)]
struct EventView {
    seq: i64,
    kind: &'static str,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbox_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Uuid>,
}

/// The events after a number, at once or, with `wait`, as soon as there are any.
pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        let mut query = Query::of(&asker.request)?;
        let after = query.number("after", 0..=i64::MAX)?.unwrap_or(0);
        let wait = query.number("wait", 0..=LONGEST_WAIT)?.unwrap_or(0);
        let limit = query.number("limit", 1..=MOST)?.unwrap_or(USUAL);
        query.finish()?;
        let until = Instant::now() + Duration::from_secs(wait.unsigned_abs());
        ok(&follow(&asker.app, after, limit, until).await?)
    })
    .await
}

async fn follow(
    app: &Arc<App>,
    after: i64,
    limit: i64,
    until: Instant,
) -> Result<Events, ApiError> {
    let mut next = after;
    loop {
        // Taken before the log is read: what comes between the two wakes us.
        let mut news = app.hub.subscribe();
        let (page, last) = app
            .store
            .read(move |db| {
                let page = events::after(db, next, limit)?;
                Ok::<_, ApiError>((page, events::last_seq(db)?))
            })
            .await?;
        if next > last {
            let problem = format!("is beyond the end of the log, which is {last}");
            return Err(ApiError::invalid("after", "unknown", &problem));
        }
        let is_last = page.last().is_none_or(|event| event.seq >= last);
        next = page.last().map_or(next, |event| event.seq);
        let events: Vec<_> = page.into_iter().filter_map(EventView::of).collect();
        if !events.is_empty() || (is_last && Instant::now() >= until) {
            return Ok(Events { events, next });
        }
        if is_last && matches!(timeout_at(until, news.next()).await, Ok(Next::Closed) | Err(_)) {
            return Ok(Events { events, next });
        }
    }
}

impl EventView {
    /// `None` for what concerns one user alone.
    fn of(Event { seq, at, event }: Event) -> Option<Self> {
        let is_private = event.kind.is_private();
        (!is_private).then(|| Self {
            seq,
            kind: event.kind.word(),
            at,
            inbox_id: event.inbox_id.map(|id| id.0),
            conversation_id: event.conversation_id.map(|id| id.0),
            message_id: event.message_id.map(|id| id.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::event::NewEvent;

    #[test]
    fn what_a_user_read_is_nobody_elses_business() {
        let of = |kind| {
            EventView::of(Event { seq: 1, at: DateTime::UNIX_EPOCH, event: NewEvent::new(kind) })
        };
        for kind in EventKind::ALL {
            assert_eq!(of(*kind).is_none(), kind.is_private(), "{kind:?}");
        }
        let json = serde_json::to_string(&of(EventKind::SettingsChanged)).unwrap();
        assert_eq!(json, r#"{"seq":1,"kind":"settings.changed","at":"1970-01-01T00:00:00Z"}"#);
    }
}
