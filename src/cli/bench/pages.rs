//! `pages`: list, thread and counts of a house with many messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::histogram::{Histogram, rounded};
use super::http::{Connection, get};
use super::load::{self, Target};
use super::marks::Marks;
use super::stage::{House, Stage, cookie_of};
use super::{Plan, report};
use crate::app::App;
use crate::cli::demo::{self, random::Random};
use crate::domain::id::{ConversationId, InboxId, UserId};
use crate::domain::user::Sight;
use crate::jobs::search;
use crate::store::conversations::{self, Query, View};
use crate::store::messages::Position;
use crate::store::search::Step;
use crate::store::{StoreError, control, provider_accounts, senders, users};

/// Requests of each kind.
const ROUNDS: usize = 300;
/// Texts a second that arrive meanwhile (performance.md 9, P9).
const MEANWHILE: u64 = 300;
/// Rows of a page of the list.
const PAGE: usize = 50;
/// How far back the sample goes.
const REACH: TimeDelta = TimeDelta::days(180);

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let filled = demo::fill(&app, plan.messages, 1).await?;
    report(json!({
        "bench": "pages",
        "database": plan.database(),
        "phase": "fill",
        "messages": filled.messages,
        "conversations": filled.threads,
        "rows": filled.rows,
        "seconds": rounded(filled.seconds),
        "rows_per_s": (filled.rows as f64 / filled.seconds).round(),
    }))?;
    // Else the two cores would be making it while pages are asked for.
    while search::run_one(&app).await? != Step::Idle {}
    let visit = Visit::prepare(&app).await?;
    queries(plan, &app, &visit).await?;
    drop(app);
    let server = stage.serve().await?;
    pages(plan, &stage, &visit, "quiet").await?;
    let target = Target {
        address: stage.address,
        house: visit.house.clone(),
        marks: Arc::new(Marks::new(plan.most_texts())),
    };
    let arriving =
        tokio::spawn(async move { load::open(&target, MEANWHILE, Duration::from_secs(60)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    pages(plan, &stage, &visit, &format!("{MEANWHILE} texts/s meanwhile")).await?;
    arriving.abort();
    drop(server);
    Ok(())
}

/// Who looks, and at what.
pub(super) struct Visit {
    pub cookie: String,
    user: UserId,
    pub house: House,
    /// Places in the list, at random.
    places: Vec<Position>,
    pub threads: Vec<ConversationId>,
}

impl Visit {
    /// An administrator: sees every inbox, which costs most.
    pub async fn prepare(app: &App) -> anyhow::Result<Self> {
        let admin = app.store.read(|db| users::find_by_email(db, demo::ADMIN_EMAIL)).await?;
        let user = admin.context("the sample has an administrator")?.id;
        let account = app.store.read(provider_accounts::all).await?.remove(0);
        let sender = app.store.read(senders::all).await?.remove(0);
        let (mut random, now) = (Random::new(3), app.clock.now());
        let (mut places, mut threads) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let back = random.between(0, REACH.num_seconds());
            let place = Position { at: now - TimeDelta::seconds(back), id: Uuid::nil() };
            let query = Query {
                sight: Sight::All,
                inbox: None,
                among: None,
                tag: None,
                view: View::All,
                after: Some(place),
                limit: 1,
            };
            let found = app.store.read(move |db| conversations::list(db, &query)).await?;
            threads.extend(found.rows.first().map(|row| row.id));
            places.push(place);
        }
        Ok(Self {
            cookie: cookie_of(app, user).await?,
            user,
            house: House {
                inbox: sender.inbox_id,
                account_id: account.id,
                account: app.account(&account),
                sender: sender.address,
            },
            places,
            threads,
        })
    }
}

/// Whole pages, as a browser asks for them, one at a time.
async fn pages(plan: &Plan, stage: &Stage, visit: &Visit, phase: &str) -> anyhow::Result<()> {
    let at = |place: &Position| format!("{}-{}", place.at.timestamp_micros(), place.id.simple());
    let lists =
        visit.places.iter().map(|place| format!("/conversations?view=all&cursor={}", at(place)));
    let threads = visit.threads.iter().map(|id| format!("/conversations/{id}"));
    let same = |path: &str| std::iter::repeat_n(path.to_owned(), ROUNDS).collect::<Vec<_>>();
    for (name, paths) in [
        ("no page (control)", same("/livez")),
        ("list, first page", same("/conversations?view=all")),
        ("list, who waits", same("/conversations?view=waiting")),
        ("list, at any depth", lists.clone().collect()),
        ("closed, at any depth", lists.map(|path| path.replace("=all", "=closed")).collect()),
        ("thread", threads.collect()),
    ] {
        let mut connection = Connection::open(stage.address).await?;
        let (mut times, mut bytes) = (Histogram::default(), 0);
        // The first requests warm the server's caches, as a working day does.
        for (count, path) in paths.iter().chain(&paths).enumerate() {
            let request = get(path, &stage.address.to_string(), &visit.cookie);
            let started = Instant::now();
            let answer = connection.ask(&request).await?;
            anyhow::ensure!(answer.status == 200, "{path} was answered with {}", answer.status);
            if count >= paths.len() {
                times.record(started.elapsed());
                bytes += answer.body.len();
            }
        }
        report(json!({
            "bench": "pages",
            "database": plan.database(),
            "messages": plan.messages,
            "phase": phase,
            "page": name,
            "ms": {
                "p50": times.percentile(50.0),
                "p99": times.percentile(99.0),
                "longest": times.longest(),
            },
            "kb": bytes / paths.len() / 1024,
        }))?;
    }
    Ok(())
}

/// The queries alone, with the control that nobody should write.
async fn queries(plan: &Plan, app: &App, visit: &Visit) -> anyhow::Result<()> {
    let (inbox, user) = (visit.house.inbox, visit.user);
    let half = app.store.read(move |db| control::count(db, inbox)).await? / 2;
    let keyset = visit
        .places
        .iter()
        .map(|place| Query {
            sight: Sight::All,
            inbox: Some(inbox),
            among: None,
            tag: None,
            view: View::All,
            after: Some(*place),
            limit: PAGE,
        })
        .collect::<Vec<_>>();
    let counts = timed(app, vec![(); ROUNDS], move |db, ()| {
        conversations::counts(db, &Sight::All, None, user).map(drop)
    })
    .await?;
    let keyset = timed(app, keyset, |db, query| conversations::list(db, &query).map(drop)).await?;
    let offset =
        timed(app, vec![half; ROUNDS / 10], move |db, offset| by_offset(db, inbox, offset)).await?;
    report(json!({
        "bench": "pages",
        "database": plan.database(),
        "messages": plan.messages,
        "phase": "queries",
        "counts_ms": { "p50": counts.percentile(50.0), "p99": counts.percentile(99.0) },
        "list_by_keyset_ms": { "p50": keyset.percentile(50.0), "p99": keyset.percentile(99.0) },
        "list_by_offset_ms": { "p50": offset.percentile(50.0), "p99": offset.percentile(99.0) },
        "offset": half,
        "offset_over_keyset": rounded(offset.percentile(50.0) / keyset.percentile(50.0)),
    }))
}

fn by_offset(db: &mut crate::store::Db, inbox: InboxId, offset: i64) -> Result<(), StoreError> {
    control::page_by_offset(db, inbox, offset, PAGE as i64).map(drop)
}

/// Each input once to warm up, then once with the clock running.
async fn timed<I: Clone + Send + 'static>(
    app: &App,
    inputs: Vec<I>,
    query: impl Fn(&mut crate::store::Db, I) -> Result<(), StoreError> + Send + 'static,
) -> Result<Histogram, StoreError> {
    app.store
        .read(move |db| {
            let mut times = Histogram::default();
            for input in inputs.clone() {
                query(db, input)?;
            }
            for input in inputs {
                let started = Instant::now();
                query(db, input)?;
                times.record(started.elapsed());
            }
            Ok(times)
        })
        .await
}
