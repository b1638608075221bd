//! `henji bench`: what this machine makes of it, in JSON lines.
//!
//! Figures stand beside a control or a limit of the same run: disks and
//! neighbours change from minute to minute, ratios less so.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use serde_json::{Value, json};

use super::{Bench, output};
use crowd::Trial;

mod crowd;
mod fanout;
mod handoffs;
mod histogram;
pub(super) mod http;
mod ingest;
mod load;
mod machine;
mod marks;
mod pages;
mod parts;
pub(super) mod screens;
mod search;
mod stage;
mod start;

/// Name, and what it measures.
const ALL: [(&str, &str); 11] = [
    ("ingest", "webhook to disk to 50 screens: latency at 500/s and 2,000/s, sustained rate"),
    ("fanout", "one text on 1,000 screens: frames a second, latency, memory for each screen"),
    ("crowd", "--screens whose lines are cut, who return at once or hardly read: nothing missed"),
    (
        "restart",
        "only the second of these: all --screens return at once to a server that restarted",
    ),
    (
        "slow",
        "only the third: a fifth of the --screens read a byte a second, and what the rest feel",
    ),
    (
        "handoffs",
        "keys that callers press, --rate a minute, while --agents look on: how long they wait",
    ),
    ("pages", "list, thread and counts of a house with --messages, quiet and under load"),
    ("search", "the search page over --messages: words of them, common and absent ones; the index"),
    ("start", "from exec to the first answer, with --messages"),
    ("segments", "counting a text's parts"),
    ("seal", "sealing and opening a text"),
];

/// Of a phase, where nobody says otherwise.
const SECONDS: u64 = 10;

/// How long, how much, and where.
pub struct Plan {
    /// Of each measured phase.
    time: Duration,
    /// The same, where somebody said it.
    asked_time: Option<Duration>,
    /// In the sample of `pages` and `start`.
    messages: u64,
    /// Of the crowd.
    screens: usize,
    /// Who look on while callers press keys, and how many do in a minute.
    agents: usize,
    rate: u64,
    database_url: Option<String>,
    folder: PathBuf,
}

impl Plan {
    fn database(&self) -> &'static str {
        if self.database_url.is_some() { "postgres" } else { "sqlite" }
    }

    /// Room for every text a run can send: no machine takes 20,000 a second.
    fn most_texts(&self) -> usize {
        20_000 * (self.time.as_secs() as usize + 30)
    }
}

pub async fn run(asked: Bench) -> anyhow::Result<()> {
    if asked.list {
        for (name, meaning) in ALL {
            output::line(format_args!("{name:<9} {meaning}"))?;
        }
        return Ok(());
    }
    for name in &asked.names {
        if ALL.iter().all(|(known, _)| known != name) {
            bail!("{name} is not a benchmark; `henji bench --list` names them");
        }
    }
    let plan = Plan {
        time: Duration::from_secs(asked.seconds.unwrap_or(SECONDS)),
        asked_time: asked.seconds.map(Duration::from_secs),
        messages: asked.messages,
        screens: asked.screens.into(),
        agents: asked.agents.into(),
        rate: asked.rate.into(),
        database_url: asked.database_url,
        folder: asked.folder.unwrap_or_else(std::env::temp_dir),
    };
    // The command's own runtime has one thread; load needs more than that.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            report(json!({ "machine": machine::shape() }))?;
            for name in &asked.names {
                measure(name, &plan).await?;
            }
            Ok(())
        })
    });
    measured.await?
}

async fn measure(name: &str, plan: &Plan) -> anyhow::Result<()> {
    match name {
        "ingest" => ingest::run(plan).await,
        "fanout" => fanout::run(plan).await,
        "crowd" => crowd::run(plan, &crowd::ALL).await,
        "restart" => crowd::run(plan, &[Trial::Restart]).await,
        "slow" => crowd::run(plan, &[Trial::SlowReaders]).await,
        "handoffs" => handoffs::run(plan).await,
        "pages" => pages::run(plan).await,
        "search" => search::run(plan).await,
        "start" => start::run(plan).await,
        "segments" => parts::segments(),
        "seal" => parts::seal(),
        unknown => bail!("{unknown} is not a benchmark"),
    }
}

fn report(figures: Value) -> anyhow::Result<()> {
    Ok(output::json(&figures)?)
}
