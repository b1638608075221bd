//! A stolen database shows nobody: a thousand names, numbers and texts, and not
//! one of them to be found in what is on the disk.

use std::collections::{BTreeSet, HashMap};

use futures_util::StreamExt;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{self, SATO};
use crate::support::raw::Raw;
use crate::support::test_db;
use crate::support::webhook::{Signer, inbound};

const CANARIES: usize = 1_000;

#[tokio::test]
async fn none_of_a_thousand_secrets_is_readable_on_the_disk() {
    let app = TestApp::start().await;
    app.leaves_work();
    let mut secrets = fill(&app).await;
    secrets.extend(staff());
    app.index().await;
    let found = app.sign_in(SATO).await.get("/search?q=カナリア0999本文").await.expect(200);
    assert_eq!(found.texts("ol.found .said").len(), 1, "the index was made of them");
    let disk = disk(&app);
    assert!(disk.len() > 500_000, "only {} bytes were looked at", disk.len());
    let found = found_in(&disk, &secrets);
    assert!(found.is_empty(), "{} of {} found: {found:?}", found.len(), secrets.len());

    // The search finds what is there: planted in three of the thousand's own words.
    for planted in [&secrets[0], &secrets[1], &secrets[2_000]] {
        app.raw().execute(&format!("update inboxes set name = '{planted}'"));
        let found = found_in(&self::disk(&app), &secrets);
        assert!(found.contains(&planted.as_str()), "{planted} was planted and not found");
    }
}

/// A thousand customers with a name, a number, a text, a note and an answer.
async fn fill(app: &TestApp) -> Vec<String> {
    let sato = app.sign_in(SATO).await;
    let signer = Signer::of(app, &app.cast.account);
    let mut secrets = Vec::new();
    let mut posts = Vec::new();
    for n in 0..CANARIES {
        let number = number(n);
        let body = format!("カナリア{n:04}本文");
        posts.push(signer.request(
            &app.http,
            app.now(),
            "inbound",
            inbound(&format!("SIM{n}"), &number, &body).to_string(),
        ));
        secrets.extend([number, body]);
    }
    let mut answers =
        futures_util::stream::iter(posts.into_iter().map(Answer::to)).buffer_unordered(32);
    while let Some(answer) = answers.next().await {
        answer.expect(200);
    }
    for (n, found) in app.api().conversations().await.into_iter().enumerate().take(100) {
        let id = found["id"].as_str().unwrap();
        let (name, note, reply) =
            (format!("canary{n:04} 様"), format!("メモ{n:04}"), format!("返事{n:04}"));
        sato.put(&format!("/conversations/{id}/contact"), &[("name", &name)]).await.expect(303);
        sato.note(id.parse().unwrap(), &note).await;
        sato.reply(id.parse().unwrap(), &reply).await;
        let draft = format!("下書{n:04}");
        sato.put(&format!("/conversations/{id}/draft"), &[("body", &draft)]).await.expect(303);
        secrets.extend([name, note, reply, draft]);
    }
    // What a stranger sent is kept as well.
    let forged = Signer { secret: "not the account's secret".into(), ..signer };
    let body = inbound("FORGED", "+818000009999", "隔離された秘密").to_string();
    Answer::to(forged.request(&app.http, app.now(), "inbound", body)).await.expect(403);
    secrets.extend(["隔離された秘密".to_owned(), "+818000009999".to_owned()]);
    // And the provider's words about a refused text.
    app.api().carrier(json!({"reject_code": "no_such_number"})).await;
    secrets
}

/// The people of the house, their passwords, and what opens doors.
fn staff() -> Vec<String> {
    let people = [cast::SATO, cast::TANAKA, cast::SUZUKI, cast::YAMADA, cast::ADMIN];
    let mut secrets = vec![cast::PASSWORD.to_owned()];
    for person in people {
        secrets.extend([person.name.to_owned(), person.email.to_owned()]);
    }
    let furnished = &crate::support::template::furnished().cast;
    secrets.push(furnished.token.clone());
    secrets.push(furnished.account.hook_token.clone());
    secrets.push(furnished.account.settings["secret"].clone());
    secrets
}

fn number(n: usize) -> String {
    format!("+8190{:08}", 71_000_000 + n * 37)
}

/// Every byte the database keeps: the file, its log and whatever lies beside
/// them; on PostgreSQL every row as text, its bytes as they are.
fn disk(app: &TestApp) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(app.db().folder()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    if test_db::is_postgres() {
        bytes.extend(rows(&mut app.raw()));
    }
    bytes
}

fn rows(raw: &mut Raw) -> Vec<u8> {
    let tables = raw.texts("select tablename as t from pg_tables where schemaname = 'public'");
    assert!(tables.len() > 20);
    let mut bytes = Vec::new();
    for table in tables {
        for row in raw.texts(&format!("select row_to_json(r)::text as t from {table} r")) {
            bytes.extend(unhexed(&row));
            bytes.extend(row.into_bytes());
        }
    }
    bytes
}

/// The bytes of every `\x…` in a row.
fn unhexed(row: &str) -> Vec<u8> {
    let digits = |text: &str| -> Vec<u8> {
        let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
        let pairs = text.as_bytes()[..end].chunks_exact(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    row.split("\\x").skip(1).flat_map(digits).collect()
}

/// The secrets that stand in `disk`, in any of their spellings.
fn found_in<'a>(disk: &[u8], secrets: &'a [String]) -> Vec<&'a str> {
    let needles: Vec<(Vec<u8>, &str)> =
        secrets.iter().flat_map(|secret| spellings(secret).map(|s| (s, secret.as_str()))).collect();
    // Which three bytes a needle may begin with: one look per byte of the disk.
    let mut begins = vec![false; 1 << 24];
    let mut starting: HashMap<usize, Vec<&(Vec<u8>, &str)>> = HashMap::new();
    for needle in &needles {
        let key = three(&needle.0);
        begins[key] = true;
        starting.entry(key).or_default().push(needle);
    }
    let mut found = BTreeSet::new();
    for at in 0..disk.len().saturating_sub(2) {
        let key = three(&disk[at..]);
        if begins[key] {
            let here = starting[&key].iter().filter(|(needle, _)| disk[at..].starts_with(needle));
            found.extend(here.map(|(_, secret)| *secret));
        }
    }
    found.into_iter().collect()
}

/// As it is, as a national number, in hexadecimal, and in UTF-16.
fn spellings(secret: &str) -> [Vec<u8>; 4] {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    [
        secret.as_bytes().to_vec(),
        secret.trim_start_matches("+81").as_bytes().to_vec(),
        hex.into_bytes(),
        secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ]
}

fn three(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}
