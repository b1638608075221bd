//! `ingest`: a webhook is verified, on disk, and visible on 50 screens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::histogram::rounded;
use super::load::{self, CLOSED, Outcome, Target};
use super::machine::{disk_probe, usage};
use super::marks::Marks;
use super::screens::{Screens, Seen};
use super::stage::{Server, Stage};
use super::{Plan, report};
use crate::actions::receive_inbound;
use crate::app::App;
use crate::store::{Opening, Store, StoreError, demo};

const SCREENS: usize = 50;
/// Texts a second of the open loops (performance.md 11).
const RATES: [u64; 2] = [500, 2_000];
/// The batch of the product; the control, 1, is without group commit.
const BATCH: usize = 256;
/// Writers of the limit. As many as a batch holds would march in step with it:
/// each commit frees them all, and the next batch starts with the first to return.
const WRITERS: usize = 4 * BATCH;
/// Texts that make every handset a contact before the clock starts.
const WARM_UP: u64 = load::HANDSETS;

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let house = stage.set_up(&app).await?;
    let cookies = stage.sign_in(&app, house.inbox, SCREENS).await?;
    drop(app);
    let server = stage.serve().await?;
    let marks = Arc::new(Marks::new(plan.most_texts()));
    let target = Target { address: stage.address, house, marks: marks.clone() };
    while marks.count() < WARM_UP {
        load::closed(&target, CLOSED, Duration::from_secs(1)).await?;
    }
    settle(&*stage.open().await?).await?;
    let bench = Bench { plan, stage: &stage, server: &server, target: &target, cookies: &cookies };
    for rate in RATES {
        bench.phase(&format!("open {rate}/s"), Some(rate)).await?;
    }
    // Next to each other, because the disk changes: limit, load, limit, control.
    let before = ceiling(plan, BATCH).await?;
    let rate = bench.phase("closed", None).await?;
    let limit = (before + ceiling(plan, BATCH).await?) / 2.0;
    let control = ceiling(plan, 1).await?;
    report(json!({
        "bench": "ingest",
        "database": plan.database(),
        "phase": "ratios",
        "texts_per_s": rate.round(),
        "plain_writes_per_s": limit.round(),
        "of_plain_writes": rounded(rate / limit),
        "group_commit_over_single": rounded(limit / control),
    }))
}

struct Bench<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    server: &'a Server,
    target: &'a Target,
    cookies: &'a [String],
}

impl Bench<'_> {
    /// Texts a second.
    async fn phase(&self, name: &str, rate: Option<u64>) -> anyhow::Result<f64> {
        let marks = self.target.marks.clone();
        let probe = disk_probe(self.stage.folder())?;
        let screens =
            Screens::open(self.stage.address, &self.stage.origin, self.cookies, marks).await?;
        let before = usage(self.server.pid());
        let outcome = match rate {
            Some(rate) => load::open(self.target, rate, self.plan.time).await?,
            None => load::closed(self.target, CLOSED, self.plan.time).await?,
        };
        let wanted = outcome.acknowledged * SCREENS as u64;
        screens.until_quiet(wanted).await;
        let after = usage(self.server.pid());
        let seen = screens.close().await;
        let cpu = before.zip(after).map(|(before, after)| after.cpu_ms_since(&before));
        let per_text = cpu.map(|cpu| rounded(cpu / outcome.acknowledged.max(1) as f64));
        report(json!({
            "bench": "ingest",
            "database": self.plan.database(),
            "phase": name,
            "seconds": rounded(outcome.seconds),
            "texts": outcome.acknowledged,
            "refused": outcome.refused,
            "texts_per_s": outcome.rate().round(),
            "post_to_200_ms": times(&outcome),
            "post_to_screen_ms": screen_times(&seen),
            "screens": SCREENS,
            "frames": seen.texts,
            "frames_of_wanted": rounded(seen.texts as f64 / wanted.max(1) as f64),
            "bytes_per_frame": seen.bytes.checked_div(seen.texts),
            "resets": seen.resets,
            "sockets_lost": seen.lost,
            "server_cpu_ms_per_text": per_text,
            "server_rss_mb": after.map(|usage| usage.rss_kb / 1024),
            "disk": probe,
        }))?;
        Ok(outcome.rate())
    }
}

/// The same texts into the same tables without HTTP, signatures and screens:
/// the verb alone.
async fn ceiling(plan: &Plan, batch: usize) -> anyhow::Result<f64> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let house = stage.set_up(&app).await?;
    let config = stage.config()?;
    let key = crate::key_file::open_or_make(&config.files.key_file)?;
    let url = config.database.url.expose();
    let store = Store::open(Opening { batch, ..Opening::new(&url, key, app.clock.clone()) })?;
    let app = Arc::into_inner(app).expect("nobody else holds the parts");
    let app = Arc::new(App { store, ..app });
    let probe = disk_probe(stage.folder())?;
    let next = Arc::new(AtomicU64::new(0));
    // With batch 1 on a slow disk the warm-up alone would take minutes.
    let warm_up = if batch == 1 { 1_000 } else { WARM_UP };
    write_until(&app, &house, &next, Until::Count(warm_up)).await?;
    settle(&app).await?;
    let (first, started) = (next.load(Ordering::Relaxed), Instant::now());
    write_until(&app, &house, &next, Until::Time(started + plan.time / 2)).await?;
    let seconds = started.elapsed().as_secs_f64();
    let rate = (next.load(Ordering::Relaxed) - first) as f64 / seconds;
    report(json!({
        "bench": "ingest",
        "database": plan.database(),
        "phase": format!("plain writes, batch {batch}"),
        "seconds": rounded(seconds),
        "texts_per_s": rate.round(),
        "disk": probe,
    }))?;
    Ok(rate)
}

/// What a database does by itself within its first minutes. Without it,
/// PostgreSQL plans for empty tables, and a limit measured then is none: the
/// load that came later was faster.
async fn settle(app: &App) -> Result<(), StoreError> {
    app.store.read(demo::tidy_up).await
}

#[derive(Clone, Copy)]
enum Until {
    Count(u64),
    Time(Instant),
}

async fn write_until(
    app: &Arc<App>,
    house: &super::stage::House,
    next: &Arc<AtomicU64>,
    until: Until,
) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..WRITERS {
        let (app, house, next) = (app.clone(), house.clone(), next.clone());
        tasks.spawn(async move {
            loop {
                let over = match until {
                    Until::Count(count) => next.load(Ordering::Relaxed) >= count,
                    Until::Time(end) => Instant::now() >= end,
                };
                if over {
                    return Ok(());
                }
                let number = next.fetch_add(1, Ordering::Relaxed);
                let text = load::text(&house, number);
                receive_inbound::run(&app, house.account_id, vec![text]).await?;
            }
        });
    }
    for done in tasks.join_all().await {
        let done: Result<(), crate::actions::ActionError> = done;
        done?;
    }
    Ok(())
}

fn times(outcome: &Outcome) -> serde_json::Value {
    json!({ "p50": outcome.times.percentile(50.0), "p99": outcome.times.percentile(99.0) })
}

pub fn screen_times(seen: &Seen) -> serde_json::Value {
    json!({
        "p50": seen.times.percentile(50.0),
        "p99": seen.times.percentile(99.0),
        "longest": seen.times.longest(),
    })
}
