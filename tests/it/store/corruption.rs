//! Bits that turn on the disk: harmless, or found, or said to be damaged; never
//! shown as another text, name or number (R12).
//!
//! `TEST_FLIPS` says how many; each is made in a copy of a database file.
//! PostgreSQL looks after its pages itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use henji::domain::id::ConversationId;
use henji::domain::user::Sight;
use henji::jobs::soundness;
use henji::store::conversations::{self, Query, View};
use henji::store::health::{self, Look};
use henji::store::seal::{DAMAGED, random};
use henji::store::{Db, StoreError, backup, contacts, messages, users};
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::test_db::{self, TestDb};

const FLIPS: usize = 200;
const HANDSET: &str = "+819012345678";

/// What people are shown, by where: bodies, names, numbers.
type Shown = BTreeMap<String, String>;

#[tokio::test]
async fn no_flipped_bit_is_shown_as_another_text() {
    if test_db::is_postgres() {
        return;
    }
    let sample = sample().await;
    let (original, key_file) =
        (sample.folder().join("henji.db"), sample.folder().join("henji.key"));
    let key = henji::key_file::open(&key_file).unwrap();
    let url = |path: &Path| format!("sqlite:{}", path.display());
    let mut db = health::open(&url(&original), key).unwrap();
    let (shown_before, contents) = (shown(&mut db).unwrap(), backup::contents(&mut db).unwrap());
    assert!(shown_before.len() > 700, "only {} texts are looked at", shown_before.len());
    drop(db);
    let whole = fs::read(&original).unwrap();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 0..flips() {
        let copy = TestDb::of_file(&original, &key_file);
        let path = copy.folder().join("henji.db");
        fs::write(&path, flipped(&whole, n)).unwrap();
        let verdict = match health::open(&url(&path), key) {
            Err(_) => "found when opened",
            Ok(mut db) => judge(&mut db, &contents, &shown_before),
        };
        *found.entry(verdict).or_default() += 1;
    }
    tell(&json!({"flips": flips(), "wrong_text_shown": 0, "found": found}));
    assert!(found.keys().any(|verdict| verdict.starts_with("found")), "{found:?}");

    // The control: a text changed by somebody who has the key is seen to differ.
    let copy = TestDb::of_file(&original, &key_file);
    let mut db = health::open(copy.url(), key).unwrap();
    let contact = contacts::find_by_address(&mut db, HANDSET).unwrap().unwrap();
    contacts::rename(&mut db, contact.id, Some("別人 様")).unwrap();
    let after = shown(&mut db).unwrap();
    let wrong = wrong(&shown_before, &after);
    assert!(wrong.iter().any(|(_, text)| text.as_str() == "別人 様"), "{wrong:?}");
}

/// Fails where anything wrong would be shown.
fn judge(db: &mut Db, contents: &[backup::Table], before: &Shown) -> &'static str {
    if !matches!(health::damage(db, Look::Thorough), Ok(None)) {
        return "found by the look at the file";
    }
    let Ok(now) = backup::contents(db) else { return "found when read" };
    if now == contents {
        return "harmless";
    }
    let Ok(after) = shown(db) else { return "found when shown" };
    let wrong = wrong(before, &after);
    assert!(wrong.is_empty(), "shown wrong: {wrong:?}");
    match after == *before {
        true => "not found: a time, a state or a count, no text",
        false => "found: said to be damaged",
    }
}

/// What is shown as something it was not.
fn wrong<'a>(before: &Shown, after: &'a Shown) -> Vec<(&'a String, &'a String)> {
    let differs = |(place, text): &(&String, &'a String)| {
        *text != DAMAGED && before.get(*place).is_some_and(|was| was != *text)
    };
    after.iter().filter(differs).collect()
}

fn shown(db: &mut Db) -> Result<Shown, StoreError> {
    let mut shown = Shown::new();
    let query = Query {
        sight: Sight::All,
        view: View::All,
        inbox: None,
        among: None,
        tag: None,
        after: None,
        limit: 10_000,
    };
    for conversation in conversations::list(db, &query)?.rows {
        let id: ConversationId = conversation.id;
        shown.insert(format!("{id} number"), conversation.contact.address);
        shown.insert(format!("{id} name"), conversation.contact.name.unwrap_or_default());
        shown.insert(format!("{id} preview"), conversation.preview);
        for message in messages::page_before(db, id, None, 10_000)? {
            shown.insert(format!("message {}", message.id), message.body);
        }
    }
    for user in users::all(db)? {
        shown.insert(format!("user {}", user.id), format!("{} {}", user.name, user.email));
    }
    Ok(shown)
}

/// One bit of any byte; every fourth time a whole sector of other bytes.
fn flipped(whole: &[u8], n: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let at = usize::try_from(u64::from_be_bytes(random()) % whole.len() as u64).unwrap();
    if n % 4 == 3 {
        let sector = at / 512 * 512;
        bytes[sector..(sector + 512).min(whole.len())].fill(random::<1>()[0]);
    } else {
        bytes[at] ^= 1 << (n % 8);
    }
    bytes
}

/// A closed file with a few hundred texts in it, and its key.
async fn sample() -> TestDb {
    let app = TestApp::start().await;
    app.leaves_work();
    for n in 0..300 {
        let number = format!("+8190{:08}", 12_345_678 + n % 150);
        app.handset(&number)
            .sends_to(crate::support::cast::RECEPTION_NUMBER, &format!("本文{n}"), None)
            .await;
    }
    let sato = app.sign_in(SATO).await;
    for conversation in app.api().conversations().await.iter().take(150) {
        let id = conversation["id"].as_str().unwrap();
        let name = format!("{} 様", &id[30..]);
        sato.put(&format!("/conversations/{id}/contact"), &[("name", &name)]).await.expect(303);
    }
    let file = app.db().folder().join("whole.db");
    app.raw().execute(&format!("vacuum into '{}'", file.display()));
    TestDb::of_file(&file, &app.db().folder().join("henji.key"))
}

#[tokio::test]
async fn one_damaged_value_is_said_to_be_damaged_and_hides_nothing_else() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("一通目").await;
    app.handset(HANDSET).sends("二通目").await;
    let bytes = if test_db::is_postgres() { "'\\x010203'" } else { "x'010203'" };
    app.raw().execute(&format!(
        "update messages set body_sealed = {bytes} where created_at = \
         (select min(created_at) from messages) and id = (select id from messages \
         order by created_at, id limit 1); update conversations set preview_sealed = {bytes}; \
         update contact_addresses set address_sealed = {bytes}"
    ));
    let texts = app.api().texts(conversation).await;
    assert_eq!(texts, [DAMAGED, "二通目"]);
    let sato = app.sign_in(SATO).await;
    let list = sato.get("/conversations").await.expect(200);
    assert!(list.text.contains(DAMAGED));
    let thread = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert!(thread.text.contains("二通目") && thread.text.contains(DAMAGED));
    // A contact whose key is damaged hides nobody else.
    app.handset("+819087654321").sends("別の方").await;
    app.raw().execute(&format!("update contacts set key_wrapped = {bytes}"));
    let restarted = henji::store::Store::open(henji::store::Opening::new(
        app.db().url(),
        henji::key_file::open(&app.db().folder().join("henji.key")).unwrap(),
        app.clock.clone(),
    ))
    .unwrap();
    let seen = restarted.read(shown).await.unwrap();
    assert_eq!(seen.values().filter(|text| *text == DAMAGED).count(), 2 * 2 + 3, "{seen:?}");
    // Nothing is sent to a number that cannot be read.
    let form = [("body", "はい"), ("client_message_id", &uuid::Uuid::now_v7().to_string())];
    let refused = sato.post(&format!("/conversations/{conversation}/messages"), &form).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn a_damaged_file_makes_the_node_not_ready() {
    if test_db::is_postgres() {
        return;
    }
    let app = TestApp::start().await;
    assert_eq!(soundness::run_one(&app, Look::Thorough).await.unwrap(), None);
    let ready = |text: &str| text.contains(r#""database":"ok""#);
    let answer = app.http.get(format!("{}/readyz", app.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(ready(&answer.text().await.unwrap()));
    // A reference to nobody: what a turned bit in an id leaves behind.
    app.raw().execute(
        "pragma foreign_keys = off; insert into memberships (inbox_id, user_id, created_at) \
         values (randomblob(16), randomblob(16), '2026-11-22 00:00:00')",
    );
    assert_eq!(soundness::run_one(&app, Look::Quick).await.unwrap(), None);
    let found = soundness::run_one(&app, Look::Thorough).await.unwrap().unwrap();
    assert!(found.contains("memberships"), "{found}");
    let answer = app.http.get(format!("{}/readyz", app.url)).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains(r#""database":"damaged""#));
    let metrics = app.http.get(format!("{}/metrics", app.url)).send().await.unwrap();
    assert!(metrics.text().await.unwrap().contains("henji_database_damaged 1"));
}

fn flips() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_FLIPS").ok();
    asked.map_or(FLIPS, |flips| flips.parse().expect("TEST_FLIPS is a number"))
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(figures: &serde_json::Value) {
    println!("{figures}");
}
