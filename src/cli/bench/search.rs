//! `search`: the search page over many messages, and what its index takes.
//!
//! Words are drawn from the messages themselves, so that they are as common as
//! people's are. The control reads what no index would leave to read: all of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;

use super::histogram::{Histogram, rounded};
use super::http::{Connection, get};
use super::load::{self, Target};
use super::marks::Marks;
use super::pages::Visit;
use super::stage::Stage;
use super::{Plan, report};
use crate::app::App;
use crate::cli::demo::{self, random::Random};
use crate::domain::message::MessageKind;
use crate::domain::search::Text;
use crate::jobs::search::run_one;
use crate::store::search::Step;
use crate::store::{StoreError, control, messages};

/// Words of each length.
const ROUNDS: usize = 200;
/// How often one and the same word is asked for.
const AGAIN: usize = 50;
/// Texts a second that arrive meanwhile.
const MEANWHILE: u64 = 300;
/// Texts that are waited for until they are found.
const FRESH: usize = 10;
/// Words in every third message, and words in none.
const COMMON: [&str; 3] = ["ください", "お願い", "です"];
const ABSENT: [&str; 3] = ["鰻鰌", "鰻鰌蒸", "zzqqxx"];

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let filled = demo::fill(&app, plan.messages, 1).await?;
    build(plan, &app, filled.threads).await?;
    let visit = Visit::prepare(&app).await?;
    let words = Words::drawn(&app, &visit).await?;
    let scan = scan(&app).await?;
    drop(app);
    let server = stage.serve().await?;
    let quiet = pages(plan, &stage, &visit, &words, "quiet").await?;
    report(json!({
        "bench": "search",
        "database": plan.database(),
        "messages": plan.messages,
        "phase": "control",
        "scan_of_every_message_s": rounded(scan.as_secs_f64()),
        "scan_over_absent_word": (scan.as_secs_f64() * 1_000.0 / quiet).round(),
    }))?;
    let target = Target {
        address: stage.address,
        house: visit.house.clone(),
        marks: Arc::new(Marks::new(plan.most_texts())),
    };
    fresh(plan, &stage, &visit, &target).await?;
    let load = target.clone();
    let arriving =
        tokio::spawn(async move { load::open(&load, MEANWHILE, Duration::from_secs(300)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    pages(plan, &stage, &visit, &words, &format!("{MEANWHILE} texts/s meanwhile")).await?;
    arriving.abort();
    drop(server);
    Ok(())
}

/// Makes the index, as the first start after an upgrade does.
async fn build(plan: &Plan, app: &App, conversations: u64) -> anyhow::Result<()> {
    let started = Instant::now();
    while run_one(app).await? != Step::Idle {}
    let seconds = started.elapsed().as_secs_f64();
    let search = app.store.search();
    let (bytes, count) = app
        .store
        .read(move |db| Ok::<_, StoreError>((search.size(db)?, search.count(db)?)))
        .await?;
    report(json!({
        "bench": "search",
        "database": plan.database(),
        "messages": plan.messages,
        "conversations": conversations,
        "phase": "build",
        "seconds": rounded(seconds),
        "messages_per_s": (count.0 as f64 / seconds).round(),
        "indexed": count.0,
        "index_mb": rounded(bytes as f64 / 1e6),
        "bytes_per_message": (bytes as f64 / count.0 as f64).round(),
    }))
}

/// Words by their length in letters.
struct Words([(usize, Vec<String>); 3]);

impl Words {
    async fn drawn(app: &App, visit: &Visit) -> anyhow::Result<Self> {
        let mut random = Random::new(5);
        let mut bodies = Vec::new();
        for id in visit.threads.clone() {
            let page = app.store.read(move |db| messages::page_before(db, id, None, 60)).await?;
            let texts = page.into_iter().filter(|line| line.kind == MessageKind::Sms);
            bodies.extend(texts.map(|message| message.body));
        }
        ensure!(!bodies.is_empty(), "the sample has no messages");
        let mut of = |length: usize| {
            let mut words = Vec::with_capacity(ROUNDS);
            while words.len() < ROUNDS {
                let body = &bodies[random.between(0, bodies.len() as i64 - 1) as usize];
                words.extend(piece(&mut random, body, length));
            }
            (length, words)
        };
        Ok(Self([of(2), of(3), of(5)]))
    }
}

/// Some letters of a text that stand together.
fn piece(random: &mut Random, body: &str, length: usize) -> Option<String> {
    let text = Text::of(body).into_string();
    let letters: Vec<char> = text.chars().collect();
    let last = letters.len().checked_sub(length)?;
    let at = random.between(0, last as i64) as usize;
    let word = &letters[at..at + length];
    word.iter().all(|letter| letter.is_alphanumeric()).then(|| word.iter().collect())
}

/// Every message opened and looked into, for a word that is in none.
async fn scan(app: &App) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let found = app.store.read(|db| control::scan(db, ABSENT[0])).await?;
    ensure!(found == 0, "{} is in {found} messages", ABSENT[0]);
    Ok(started.elapsed())
}

/// Whole pages; the p50 of what is nowhere.
async fn pages(
    plan: &Plan,
    stage: &Stage,
    visit: &Visit,
    words: &Words,
    phase: &str,
) -> anyhow::Result<f64> {
    let again = |words: &[&str]| {
        let each = words.iter().map(|word| (*word).to_owned());
        each.cycle().take(AGAIN * words.len()).collect::<Vec<_>>()
    };
    let [two, three, five] = &words.0;
    let mut absent = 0.0;
    for (name, words) in [
        ("no page (control)".to_owned(), vec![String::new(); AGAIN]),
        (format!("{} letters, of the messages", two.0), two.1.clone()),
        (format!("{} letters, of the messages", three.0), three.1.clone()),
        (format!("{} letters, of the messages", five.0), five.1.clone()),
        ("common words".to_owned(), again(&COMMON)),
        ("absent words".to_owned(), again(&ABSENT)),
        ("four digits of a number".to_owned(), again(&["1234", "9012", "5678"])),
    ] {
        let mut connection = Connection::open(stage.address).await?;
        let (mut times, mut bytes) = (Histogram::default(), 0);
        let (mut found, mut put_off) = (0, 0);
        for word in &words {
            let path = match word.as_str() {
                "" => "/livez".to_owned(),
                word => {
                    let mut query = form_urlencoded::Serializer::new(String::new());
                    format!("/search?{}", query.append_pair("q", word).finish())
                }
            };
            let request = get(&path, &stage.address.to_string(), &visit.cookie);
            let started = Instant::now();
            let answer = connection.ask(&request).await?;
            times.record(started.elapsed());
            ensure!(answer.status == 200, "{path} was answered with {}", answer.status);
            let is_found = contains(&answer.body, b"id=\"found-");
            // Its pairs of letters are in thousands of newer texts that do not hold it.
            let is_put_off = !is_found && contains(&answer.body, b"id=\"older-hits\"");
            found += usize::from(is_found);
            put_off += usize::from(is_put_off);
            bytes += answer.body.len();
        }
        if name.starts_with("absent") {
            absent = times.percentile(50.0);
            ensure!(found == 0, "absent words were found");
        } else if name.contains("of the messages") || name.starts_with("common") {
            let rest = words.len() - found - put_off;
            ensure!(rest == 0, "{name}: {rest} of {} were not found", words.len());
        }
        report(json!({
            "bench": "search",
            "database": plan.database(),
            "messages": plan.messages,
            "phase": phase,
            "search": name,
            "searches": words.len(),
            "put_off": put_off,
            "ms": {
                "p50": times.percentile(50.0),
                "p99": times.percentile(99.0),
                "longest": times.longest(),
            },
            "kb": bytes / words.len() / 1024,
        }))?;
    }
    Ok(absent)
}

/// How long after its acknowledgement a text is found.
async fn fresh(plan: &Plan, stage: &Stage, visit: &Visit, target: &Target) -> anyhow::Result<()> {
    let mut times = Histogram::default();
    let mut connection = Connection::open(stage.address).await?;
    for _ in 0..FRESH {
        let number = target.marks.count();
        load::open(target, 1, Duration::from_secs(1)).await?;
        let acknowledged = Instant::now();
        let path = format!("/search?q=zq{number}zq");
        let request = get(&path, &stage.address.to_string(), &visit.cookie);
        loop {
            let answer = connection.ask(&request).await?;
            if contains(&answer.body, b"<mark>") {
                break;
            }
            let waited = acknowledged.elapsed();
            ensure!(waited < Duration::from_secs(20), "a text was not found after {waited:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.record(acknowledged.elapsed());
    }
    let longest = times.longest();
    report(json!({
        "bench": "search",
        "database": plan.database(),
        "messages": plan.messages,
        "phase": "a new text is found",
        "texts": FRESH,
        "ms": { "p50": times.percentile(50.0), "longest": longest },
    }))
}

fn contains(page: &[u8], words: &[u8]) -> bool {
    page.windows(words.len()).any(|here| here == words)
}
