//! When the database is away nothing is acknowledged, and nothing is lost by it.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use henji::key_file;
use henji::store::{Opening, Store, StoreError, contacts};

use serde_json::json;

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
async fn a_text_of_a_contact_whose_key_is_damaged_is_kept_for_a_person() {
    let app = TestApp::start().await;
    know_with_damaged_key(&app, HANDSET).await;
    app.webhook("inbound", &inbound("SIM1", HANDSET, "届きますか")).await.expect(200);
    app.webhook("inbound", &inbound("SIM2", "+819087654321", "こちらは別です")).await.expect(200);
    assert_eq!(app.raw().count("quarantine", "where resolved_at is null"), 1);
    let other = app.handset("+819087654321").conversation().await;
    assert_eq!(app.api().texts(other).await, ["こちらは別です"]);
}

/// Makes `number` known, and its key unreadable. Another process does: a key that
/// was opened here is kept in memory.
pub(super) async fn know_with_damaged_key(app: &TestApp, number: &'static str) {
    let key = key_file::open_or_make(&app.config.files.key_file).unwrap();
    let elsewhere = Store::open(Opening::new(app.db().url(), key, app.clock.clone())).unwrap();
    let known = elsewhere.write(move |tx| {
        let now = tx.now;
        contacts::find_or_insert(tx, number, now)
    });
    known.await.unwrap();
    let mut raw = app.raw();
    raw.execute("create table whole_keys as select id, key_wrapped from contacts");
    raw.execute("update contacts set key_wrapped = substr(key_wrapped, 2)");
}

#[tokio::test]
async fn a_question_that_failed_is_not_answered_with_unknown() {
    let app = TestApp::start().await;
    let order = app.api().order(HANDSET, "待ってください", json!({}));
    let mut raw = app.raw();
    for (name, away) in [("inboxes", "inboxes_away"), ("senders", "senders_away")] {
        raw.execute(&format!("alter table {name} rename to {away}"));
        let answer = app.api().post("/messages", order.clone()).await;
        assert!(answer.status >= 500, "without {name}: {} {}", answer.status, answer.text);
        raw.execute(&format!("alter table {away} rename to {name}"));
    }
    app.api().post("/messages", order).await.expect(201);
    app.settle().await;
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
