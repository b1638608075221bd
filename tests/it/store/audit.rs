//! Who did what, in a chain nobody can mend behind our back.

use henji::store::audit::{self, Verdict};

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, TANAKA};
use crate::support::test_db;

const HANDSET: &str = "+819012345678";

/// How to tamper, and with which entry of how many.
const TAMPERING: &[(&str, &str)] = &[
    ("edited", "update audit_entries set action = 'message.read' where seq = {n}"),
    ("given to somebody else", "update audit_entries set actor_kind = 'nobody' where seq = {n}"),
    ("moved in time", "update audit_entries set at = '2026-01-01 00:00:00' where seq = {n}"),
    ("removed", "delete from audit_entries where seq = {n}"),
    (
        "slipped in",
        "update audit_entries set seq = seq + 100000 where seq >= {n}; \
         update audit_entries set seq = seq - 99999 where seq >= 100000; \
         insert into audit_entries (seq, at, actor_kind, action, object_kind, detail, previous_hash, hash) \
         select {n}, at, actor_kind, action, object_kind, detail, hash, previous_hash \
         from audit_entries where seq = {n} + 1",
    ),
];

#[tokio::test]
async fn a_day_of_work_leaves_the_chain_intact() {
    let app = a_day_of_work().await;
    let Verdict::Intact { entries } = verdict(&app).await else { panic!("broken") };
    assert!(entries > 20, "only {entries} entries");
    let read = app
        .store
        .read(|db| audit::page_before(db, &Default::default(), None, 1_000))
        .await
        .unwrap();
    let told: Vec<&str> = read.iter().map(|entry| entry.action.as_str()).collect();
    for action in [
        "session.start",
        "message.send",
        "message.cancel",
        "note.add",
        "conversation.assign",
        "conversation.close",
        "conversation.reopen",
        "contact.opt_out",
        "session.end",
    ] {
        assert!(told.contains(&action), "{action} is not told in {told:?}");
    }
    // Who, and from where.
    let reply = read.iter().find(|entry| entry.action == "message.send").unwrap();
    assert_eq!(reply.actor.user_id(), Some(app.cast.id(SATO)));
    assert_eq!(reply.actor.origin.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn every_kind_of_tampering_is_found_where_it_happened() {
    let app = a_day_of_work().await;
    let Verdict::Intact { entries } = verdict(&app).await else { panic!("broken") };
    let whole = backup(&app);
    for (what, sql) in TAMPERING {
        for n in [1, entries / 2, entries - 1] {
            app.raw().execute(&sql.replace("{n}", &n.to_string()));
            assert_eq!(verdict(&app).await, Verdict::Broken { seq: n }, "{what} at {n}");
            restore(&app, whole);
            assert_eq!(verdict(&app).await, Verdict::Intact { entries });
        }
    }
}

#[tokio::test]
async fn a_cut_off_end_is_found_and_stays_found() {
    let app = a_day_of_work().await;
    let Verdict::Intact { entries } = verdict(&app).await else { panic!("broken") };
    for gone in [1, 5, entries] {
        let whole = backup(&app);
        let left = entries - gone;
        app.raw().execute(&format!("delete from audit_entries where seq > {left}"));
        assert_eq!(verdict(&app).await, Verdict::CutOff { entries: left, vouched: entries });
        // Without the key the head cannot be made to fit.
        app.raw().execute(&format!("update audit_head set entries = {left}"));
        assert_eq!(verdict(&app).await, Verdict::HeadForged);
        app.raw().execute(&format!("update audit_head set entries = {entries}"));
        app.raw().execute(
            "create table head_backup as select * from audit_head; delete from audit_head",
        );
        let expected =
            if left == 0 { Verdict::Intact { entries: 0 } } else { Verdict::Unvouched { seq: 1 } };
        assert_eq!(verdict(&app).await, expected);
        app.raw()
            .execute("insert into audit_head select * from head_backup; drop table head_backup");
        restore(&app, whole);
        app.raw().execute("drop table audit_backup");
        assert_eq!(verdict(&app).await, Verdict::Intact { entries });
    }
    app.raw().execute(&format!("delete from audit_entries where seq >= {entries}"));
    app.sign_in(TANAKA).await;
    assert_eq!(verdict(&app).await, Verdict::Broken { seq: entries }, "the gap stays");
}

#[tokio::test]
async fn entries_nobody_vouched_for_are_neither_dropped_nor_believed() {
    let app = a_day_of_work().await;
    let Verdict::Intact { entries } = verdict(&app).await else { panic!("broken") };
    // As an older henji would, or somebody who knows how the hashes are made:
    // entries that fit, and a head that does not know of them.
    let head = "create table head_backup as select * from audit_head";
    app.raw().execute(head);
    app.sign_in(TANAKA).await;
    app.raw().execute("delete from audit_head; insert into audit_head select * from head_backup");
    assert_eq!(verdict(&app).await, Verdict::Unvouched { seq: entries + 1 });
    app.sign_in(SATO).await;
    assert_eq!(verdict(&app).await, Verdict::Unvouched { seq: entries + 1 });
    let told =
        app.store.read(|db| audit::page_before(db, &Default::default(), None, 2)).await.unwrap();
    assert_eq!(told[1].action, "audit.unvouched");
    assert_eq!(told[1].detail, format!("{0}-{0}", entries + 1));
}

#[tokio::test]
async fn an_auditor_reads_it_without_a_customers_name_or_word() {
    let app = a_day_of_work().await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/audit").await.expect(200);
    assert!(page.text.contains("佐藤 花"));
    for private in ["山本 様", "今日は休みです", HANDSET, "090-1234-5678"] {
        assert!(!page.text.contains(private), "{private}");
    }
}

async fn a_day_of_work() -> TestApp {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("今日は開いていますか").await;
    let path = |verb: &str| format!("/conversations/{conversation}/{verb}");
    sato.post(&path("assignment"), &[]).await.expect(303);
    let message = sato.reply(conversation, "開いてます").await;
    sato.post(&format!("/messages/{message}/cancellation"), &[]).await.expect(303);
    sato.reply(conversation, "今日は休みです").await;
    tanaka.note(conversation, "明日また").await;
    tanaka.put(&path("contact"), &[("name", "山本 様")]).await.expect(303);
    app.settle().await;
    tanaka.post(&path("closure"), &[]).await.expect(303);
    tanaka.delete(&path("closure")).await.expect(303);
    handset.sends("配信停止").await;
    sato.delete("/session").await.expect(303);
    app
}

async fn verdict(app: &TestApp) -> Verdict {
    app.store.read(audit::verify).await.unwrap()
}

fn backup(app: &TestApp) -> &'static str {
    app.raw().execute("create table audit_backup as select * from audit_entries");
    "audit_backup"
}

fn restore(app: &TestApp, backup: &str) {
    let emptied =
        if test_db::is_postgres() { "truncate audit_entries" } else { "delete from audit_entries" };
    app.raw().execute(&format!("{emptied}; insert into audit_entries select * from {backup}"));
}
