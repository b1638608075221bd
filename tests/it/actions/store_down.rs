//! When the database is away nothing is acknowledged, and nothing is lost by it.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use henji::store::StoreError;

use crate::support::TestApp;
use crate::support::webhook::{inbound, receipt};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn without_a_table_to_write_to_there_is_no_2xx() {
    let app = TestApp::start().await;
    let mut raw = app.raw();
    for (name, away) in [("messages", "messages_away"), ("quarantine", "quarantine_away")] {
        raw.execute(&format!("alter table {name} rename to {away}"));
    }
    for route in ["inbound", "receipts"] {
        let body = match route {
            "inbound" => inbound("SIM1", HANDSET, "消えないで"),
            _ => receipt("SIM1", "delivered"),
        };
        let answer = app.webhook(route, &body).await;
        assert!(answer.status >= 500, "{route}: {}", answer.status);
        assert!(!answer.text.contains("messages"), "the cause stays in the house: {}", answer.text);
    }
    for (name, away) in [("messages", "messages_away"), ("quarantine", "quarantine_away")] {
        raw.execute(&format!("alter table {away} rename to {name}"));
    }
    // The provider offers it again.
    app.webhook("inbound", &inbound("SIM1", HANDSET, "消えないで")).await.expect(200);
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().texts(conversation).await, ["消えないで"]);
    assert_eq!(app.raw().count("conversations", ""), 1);
}

#[tokio::test]
async fn a_text_that_cannot_be_filed_is_kept_raw_before_it_is_acknowledged() {
    let app = TestApp::start().await;
    let mut raw = app.raw();
    raw.execute("alter table cases rename to cases_away");
    app.webhook("inbound", &inbound("SIM1", HANDSET, "?")).await.expect(200);
    raw.execute("alter table cases_away rename to cases");
    assert_eq!(app.raw().count("messages", ""), 0);
    assert_eq!(app.raw().count("contacts", ""), 0, "half of it stayed");
    assert_eq!(app.raw().count("quarantine", "where resolved_at is null"), 1);
}

#[tokio::test]
async fn with_a_full_queue_the_provider_is_told_to_come_back() {
    let app = TestApp::start().await;
    // One closure holds the writer; the others fill its queue.
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let (entered, inside) = tokio::sync::oneshot::channel();
    let entered = Mutex::new(Some(entered));
    let store = app.store.clone();
    let holder = tokio::spawn(async move {
        store
            .write(move |_| {
                if let Some(entered) = entered.lock().unwrap().take() {
                    entered.send(()).unwrap();
                    let _ = held.lock().unwrap().recv();
                }
                Ok::<_, StoreError>(())
            })
            .await
    });
    inside.await.unwrap();
    let mut waiting = Vec::new();
    while app.store.has_room() {
        let store = app.store.clone();
        let mut write = Box::pin(async move { store.write(|_| Ok::<_, StoreError>(())).await });
        assert!((&mut write).now_or_never().is_none());
        waiting.push(write);
    }
    let answer = app.webhook("inbound", &inbound("SIM1", HANDSET, "混雑")).await.expect(503);
    assert_eq!(answer.header("retry-after"), "1");
    let ready = app.http.get(format!("{}/readyz", app.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);

    release.send(()).unwrap();
    holder.await.unwrap().unwrap();
    for write in waiting {
        write.await.unwrap();
    }
    assert_eq!(app.raw().count("messages", ""), 0);
    app.webhook("inbound", &inbound("SIM1", HANDSET, "混雑")).await.expect(200);
}
