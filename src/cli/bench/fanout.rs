//! `fanout`: one text on a thousand screens, and what a screen costs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::histogram::rounded;
use super::ingest::screen_times;
use super::load::{self, Target};
use super::machine::usage;
use super::marks::Marks;
use super::screens::Screens;
use super::stage::Stage;
use super::{Plan, report};

const SCREENS: usize = 1_000;
/// Texts a second: 20,000 and 100,000 frames a second are wanted of the server
/// (performance.md 1), the last is more than it is expected to deliver.
const RATES: [u64; 3] = [20, 100, 400];

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let house = stage.set_up(&app).await?;
    let cookies = stage.sign_in(&app, house.inbox, SCREENS).await?;
    drop(app);
    let server = stage.serve().await?;
    let rss = || usage(server.pid()).map_or(0, |usage| usage.rss_kb);
    let marks = Arc::new(Marks::new(plan.most_texts()));
    let target = Target { address: stage.address, house, marks: marks.clone() };
    load::open(&target, 100, Duration::from_secs(2)).await?;
    let idle = rss();
    let screens = Screens::open(stage.address, &stage.origin, &cookies, marks.clone()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let with_screens = rss();
    screens.close().await;
    report(json!({
        "bench": "fanout",
        "database": plan.database(),
        "phase": "idle",
        "screens": SCREENS,
        "server_rss_mb": with_screens / 1024,
        "kb_per_idle_screen": rounded((with_screens.saturating_sub(idle)) as f64 / SCREENS as f64),
    }))?;
    for rate in RATES {
        let screens = Screens::open(stage.address, &stage.origin, &cookies, marks.clone()).await?;
        let before = usage(server.pid());
        let outcome = load::open(&target, rate, plan.time / 2).await?;
        let wanted = outcome.acknowledged * SCREENS as u64;
        let in_time = screens.delivered();
        screens.until_quiet(wanted).await;
        let after = usage(server.pid());
        let seen = screens.close().await;
        let cpu = before.zip(after).map(|(before, after)| after.cpu_ms_since(&before));
        report(json!({
            "bench": "fanout",
            "database": plan.database(),
            "phase": format!("{rate} texts/s"),
            "screens": SCREENS,
            "wanted_frames_per_s": rate * SCREENS as u64,
            "delivered_frames_per_s": (in_time as f64 / outcome.seconds).round(),
            "frames_of_wanted": rounded(seen.texts as f64 / wanted.max(1) as f64),
            "post_to_screen_ms": screen_times(&seen),
            "bytes_per_frame": seen.bytes.checked_div(seen.texts),
            "resets": seen.resets,
            "sockets_lost": seen.lost,
            "server_cpu_us_per_frame": cpu.map(|cpu| rounded(cpu * 1_000.0 / seen.texts.max(1) as f64)),
            "server_rss_mb": after.map(|usage| usage.rss_kb / 1024),
        }))?;
    }
    let left = rss();
    report(json!({
        "bench": "fanout",
        "database": plan.database(),
        "phase": "after",
        "kb_per_screen_after_traffic":
            rounded((left.saturating_sub(idle)) as f64 / SCREENS as f64),
    }))
}
