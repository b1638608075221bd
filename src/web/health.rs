//! For those who watch over the house: `/livez`, `/readyz`, `/metrics`.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::app::App;
use crate::store::{COMMIT_CLASSES, Db, Reach, StoreError, events, outbox, quarantine, unresolved};

/// Shorter than what probes commonly wait, so that they get an answer with a reason.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a load balancer needs to know, and nothing a stranger may not.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Readiness {
    ready: bool,
    /// `ok`, `read-only` (its disk is full), `unreachable` or `damaged`
    database: &'static str,
    /// `ok` or `full`
    writer: &'static str,
    /// Writes that wait for the writer.
    writer_queue: usize,
    /// `empty`, `waiting` (webhooks that are not in the database yet) or `failing`
    journal: &'static str,
    /// Records in it.
    journal_records: u64,
    /// Told to stop: takes nothing new.
    stopping: bool,
}

/// The process runs; nothing else is looked at.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Whether this node can take work: 503 where it cannot, with the reason.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let look = app.store.read(events::last_seq);
    let reached = matches!(tokio::time::timeout(PATIENCE, look).await, Ok(Ok(_)));
    let reach = match app.store.reach() {
        Reach::Here if !reached => Reach::Away,
        reach => reach,
    };
    let mut readiness = Readiness::of(&app, reach);
    if app.store.is_damaged() {
        readiness = Readiness { ready: false, database: "damaged", ..readiness };
    }
    let mut answer = match readiness.ready {
        true => HttpResponse::Ok(),
        false => HttpResponse::ServiceUnavailable(),
    };
    answer.json(readiness)
}

/// Counters and gauges in Prometheus' text format. Gauges of the database keep
/// their last value while it is away.
pub async fn metrics(app: Data<App>) -> HttpResponse {
    app.metrics.set_live_sockets(app.hub.sockets());
    app.metrics.set_writer_queue(app.store.queued());
    if let Some(line) = app.wake.status() {
        app.metrics.set_broker(line.connected, line.said, line.heard);
    }
    app.metrics.set_database_damaged(app.store.is_damaged());
    if let Some(journal) = &app.journal {
        app.metrics.set_journal(journal.waiting(), journal.bytes());
    }
    let commits = app.store.commits();
    let classes = COMMIT_CLASSES.into_iter().zip(commits.counts());
    app.metrics.set_commits(classes, commits.writes());
    let search = app.store.search();
    let look = app.store.read(move |db| search.progress(db));
    if let Ok(Ok(search)) = tokio::time::timeout(PATIENCE, look).await {
        app.metrics.set_search(search.behind, search.is_complete);
    }
    let now = app.clock.now();
    let look = app.store.read(move |db| Backlog::of(db, now));
    if let Ok(Ok(backlog)) = tokio::time::timeout(PATIENCE, look).await {
        app.metrics.set_event_lag((backlog.last_event - app.hub.last_seq()).max(0));
        app.metrics.set_outbox_depth(backlog.outbox);
        app.metrics.set_outbox_wait(backlog.oldest_wait);
        app.metrics.set_unresolved(backlog.unresolved);
        app.metrics.set_quarantine(backlog.quarantine);
    }
    app.metrics.set_database_up(match app.store.reach() {
        Reach::Here => 2,
        Reach::ReadOnly => 1,
        Reach::Away => 0,
    });
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(app.metrics.text())
}

/// What the database holds that somebody or something has still to deal with.
struct Backlog {
    last_event: i64,
    outbox: i64,
    oldest_wait: TimeDelta,
    unresolved: i64,
    quarantine: i64,
}

impl Backlog {
    fn of(db: &mut Db, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self {
            last_event: events::last_seq(db)?,
            outbox: outbox::depth(db)?,
            oldest_wait: outbox::oldest_wait(db, now)?,
            unresolved: unresolved::count(db)?,
            quarantine: quarantine::waiting(db)?,
        })
    }
}

impl Readiness {
    fn of(app: &App, reach: Reach) -> Self {
        let has_room = app.store.has_room();
        let (journal, journal_records) = match &app.journal {
            Some(journal) if journal.is_failing() => ("failing", journal.waiting()),
            Some(journal) if journal.waiting() > 0 => ("waiting", journal.waiting()),
            _ => ("empty", 0),
        };
        Self {
            ready: reach == Reach::Here && has_room && !app.is_stopping(),
            database: match reach {
                Reach::Here => "ok",
                Reach::ReadOnly => "read-only",
                Reach::Away => "unreachable",
            },
            writer: if has_room { "ok" } else { "full" },
            writer_queue: app.store.queued(),
            journal,
            journal_records,
            stopping: app.is_stopping(),
        }
    }
}
