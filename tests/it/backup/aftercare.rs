//! The world went on after the backup: what may have been sent since is not
//! sent again, and nobody's place in the log points to something else.

use std::fs::File;

use chrono::TimeDelta;
use henji::actions::deliver;
use henji::clock::fresh_id;
use henji::store::backup::{self, Asked, Sealing, restore};
use henji::store::seal::Vault;
use henji::store::{events, health, outbox};
use serde_json::json;

use super::{Spot, key_in};
use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::test_db::TestDb;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn what_may_have_left_since_is_not_sent_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("開いていますか").await;
    let begun = sato.reply(conversation, "はい").await;
    app.advance(TimeDelta::seconds(10));
    // A call to the provider is under way …
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, 1)).await.unwrap();
    let begun_call = deliver::begin(&app, due[0], fresh_id()).await.unwrap().unwrap();
    // … one text waits in its undo window, one for tomorrow.
    let held = sato.reply(conversation, "10時からです").await;
    let tomorrow = app.now() + TimeDelta::days(1);
    let order = app.api().order(HANDSET, "明日です", json!({"send_at": tomorrow.to_rfc3339()}));
    let later = app.api().post("/messages", order).await.expect(201).json();
    let last = app.last_event().await;

    let restored = restored(&app).await;
    let mut raw = restored.raw();
    let state = |raw: &mut crate::support::raw::Raw, id: &str| {
        let id = id.replace('-', "");
        let is = if raw.is_postgres() { "replace(id::text, '-', '')" } else { "lower(hex(id))" };
        raw.texts(&format!("select state as t from messages where {is} = '{id}'")).remove(0)
    };
    assert_eq!(state(&mut raw, &begun.to_string()), "unknown");
    assert_eq!(state(&mut raw, &held.to_string()), "unknown");
    let scheduled = state(&mut raw, later["id"].as_str().unwrap());
    assert!(["queued", "draft-held"].contains(&scheduled.as_str()), "{scheduled}");
    assert_eq!(raw.count("outbox", ""), 1);
    assert_eq!(raw.count("outbox", "where claimed_by is not null"), 0);
    assert_eq!(raw.count("sessions", ""), 0);
    assert_eq!(raw.count("audit_entries", "where action = 'house.restore'"), 1);
    assert_eq!(
        raw.count("events", &format!("where seq > {last} and seq < {}", last + 1_000_000)),
        0
    );
    assert_eq!(raw.count("events", &format!("where seq > {last}")), 3);
    drop(raw);

    // The first house lives on and sends what it had; the second sends none of it.
    let outcome = deliver::send(&app, &begun_call).await;
    deliver::finish(&app, begun_call, outcome).await.unwrap();
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received().len(), 2);
    app.leaves_work();
    let second = TestApp::on(restored).await;
    second.advance(TimeDelta::hours(1));
    second.deliver().await;
    assert_eq!(second.handset(HANDSET).received(), Vec::<String>::new());
    assert_eq!(second.api().state_of(held).await, "unknown");
    // A person decides.
    let sato = second.sign_in(SATO).await;
    sato.post(&format!("/messages/{held}/resend"), &[]).await;
    second.advance(TimeDelta::days(2));
    second.deliver().await;
    second.simulator.idle().await;
    assert_eq!(second.handset(HANDSET).received(), ["10時からです", "明日です"]);
    // Whoever had followed the log beyond the backup misses nothing that comes.
    let ahead = last + 500;
    let seen = second.store.read(move |db| events::after(db, ahead, 1_000)).await.unwrap();
    let newest = second.last_event().await;
    assert!(seen.last().is_some_and(|event| event.seq == newest) && newest > ahead);
    second.leaves_work();
}

/// A copy of the files, as streaming or a base backup brings back, marks nothing:
/// that is what `henji settle` is for.
#[tokio::test]
async fn a_database_brought_back_by_other_means_is_settled_by_a_command() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("開いていますか").await;
    let held = sato.reply(conversation, "はい").await;
    app.leaves_work();
    let (url, key) = (app.db().url().to_owned(), key_in(app.db().folder()));
    let now = app.now() + TimeDelta::minutes(1);
    let command = Spot { db: app.db().shared() };
    let refused = henji::data_lock::DataLock::share(command.db.folder()).unwrap();
    assert!(command.run("settle").unwrap_err().contains("stop it first"));
    drop(refused);
    let settled = backup::settle_recovered(&url, key, now).unwrap();
    assert_eq!((settled.unknown, settled.scheduled), (1, 0));
    assert!(settled.sessions > 0);
    assert_eq!(app.api().state_of(held).await, "unknown");
    assert_eq!(sato.get("/conversations").await.status, 401, "signed out");
    let again = command.run("settle").unwrap();
    assert!(again.starts_with("0 texts"), "{again}");
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 0);
    assert!(matches!(
        backup::settle_recovered(&url, [9; 32], now),
        Err(backup::BackupError::NotItsKey)
    ));
}

/// The house of `app` as a backup of now has it, in another place.
pub async fn restored(app: &TestApp) -> TestDb {
    let (url, folder) = (app.db().url().to_owned(), app.db().folder().to_owned());
    let now = app.now();
    tokio::task::spawn_blocking(move || {
        let key = key_in(&folder);
        let path = folder.join("whole.backup");
        let mut sealing = Sealing::new(File::create(&path).unwrap(), &Vault::new(key)).unwrap();
        let mut db = health::open(&url, key).unwrap();
        backup::write(&mut db, now.to_rfc3339(), &mut sealing).unwrap();
        sealing.finish().unwrap();
        let place = TestDb::empty();
        std::fs::copy(folder.join("henji.key"), place.folder().join("henji.key")).unwrap();
        let file = File::open(&path).unwrap();
        let now = now + TimeDelta::minutes(10);
        restore(Asked { file, url: place.url(), key, now, broken_audit: false }).unwrap();
        place
    })
    .await
    .unwrap()
}
