//! For those who watch over the house: `/livez`, `/readyz`, `/metrics`.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::app::App;
use crate::store::{StoreError, events, outbox};

/// Shorter than what probes commonly wait, so that they get an answer with a reason.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a load balancer needs to know, and nothing a stranger may not.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Readiness {
    ready: bool,
    /// `ok`, `unreachable` or `damaged`
    database: &'static str,
    /// `ok` or `full`
    writer: &'static str,
    /// Writes that wait for the writer.
    writer_queue: usize,
}

/// The process runs; nothing else is looked at.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Whether this node can take work: 503 where it cannot, with the reason.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let look = app.store.read(events::last_seq);
    let reached = matches!(tokio::time::timeout(PATIENCE, look).await, Ok(Ok(_)));
    let mut readiness = Readiness::of(reached, app.store.has_room(), app.store.queued());
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
    let look =
        app.store.read(|db| Ok::<_, StoreError>((events::last_seq(db)?, outbox::depth(db)?)));
    if let Ok(Ok((last, waiting))) = tokio::time::timeout(PATIENCE, look).await {
        app.metrics.set_event_lag((last - app.hub.last_seq()).max(0));
        app.metrics.set_outbox_depth(waiting);
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(app.metrics.text())
}

impl Readiness {
    fn of(reached: bool, has_room: bool, writer_queue: usize) -> Self {
        Self {
            ready: reached && has_room,
            database: if reached { "ok" } else { "unreachable" },
            writer: if has_room { "ok" } else { "full" },
            writer_queue,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_ready_that_can_read_and_write() {
        assert!(Readiness::of(true, true, 8_191).ready);
        assert!(!Readiness::of(false, true, 0).ready);
        let full = Readiness::of(true, false, 8_192);
        assert_eq!((full.ready, full.database, full.writer), (false, "ok", "full"));
    }
}
