//! `henji demo`: a house in full swing, to look around in and to measure with.
//!
//! The same seed tells the same sample, relative to the hour it is made. Only
//! the password and the keys differ: they are as secret as a real house's.

use std::time::Instant;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Demo, open, output};
use crate::app::App;
use crate::config::Config;
use crate::domain::user::Actor;
use crate::store::audit::Object;
use crate::store::seal::random;
use crate::store::{StoreError, demo, organization, users};
use threads::Sample;

mod customers;
mod house;
pub mod random;
mod scripts;
mod threads;
mod timeline;
mod wording;

/// Lines in the sample where nobody says how many: 2,000 conversations.
const MESSAGES: u64 = 16_000;
/// Lines of a conversation on average.
const PER_THREAD: u64 = 8;
/// Conversations in one transaction.
const BATCH: usize = 250;

/// Who administers the sample.
pub const ADMIN_EMAIL: &str = house::ADMIN.0;

/// What was made.
pub struct Filled {
    pub threads: u64,
    pub messages: u64,
    /// Rows in all tables together.
    pub rows: usize,
    pub seconds: f64,
    /// Everybody's.
    pub password: String,
}

pub async fn run(config: Config, asked: Demo) -> anyhow::Result<()> {
    let public_url = config.web.public_url.clone();
    let app = open(config).await?;
    let messages = asked.messages.unwrap_or(MESSAGES);
    let filled = fill_with(&app, messages, asked.longest, asked.seed).await?;
    let Filled { threads, messages, rows, seconds, password } = filled;
    let rate = rows as f64 / seconds;
    output::line(format_args!(
        "{threads} conversations, {messages} messages: {rows} rows in {seconds:.1} s, {rate:.0} a second"
    ))?;
    output::line(format_args!(
        "sign in at {public_url} as {}, sato@example.jp, suzuki@example.jp … with the password {password}",
        house::ADMIN.0
    ))?;
    Ok(())
}

/// Fills an empty installation.
///
/// # Errors
/// When it is not empty: a sample among real people's texts could not be told
/// apart, nor taken out again.
pub async fn fill(app: &App, messages: u64, seed: u64) -> anyhow::Result<Filled> {
    fill_with(app, messages, None, seed).await
}

/// With a conversation of `longest` lines among the others.
///
/// # Errors
/// As [`fill`]; and where the longest would hold more than there are.
async fn fill_with(
    app: &App,
    messages: u64,
    longest: Option<u64>,
    seed: u64,
) -> anyhow::Result<Filled> {
    let others = messages.checked_sub(longest.unwrap_or_default());
    let others = others.context("--longest: is more than --messages; give it fewer, or more")?;
    let is_used = app
        .store
        .read(|db| {
            Ok::<_, StoreError>(organization::find(db)?.is_some() || users::an_admin_exists(db)?)
        })
        .await?;
    ensure!(
        !is_used,
        "this installation is set up already; give HENJI_DATA_DIR or HENJI_DATABASE_URL \
         an empty place for the sample"
    );
    let password = URL_SAFE_NO_PAD.encode(random::<15>());
    let desks = house::build(app, &password).await.context("the house cannot be set up")?;
    let threads = match longest {
        Some(_) => 1 + others.div_ceil(PER_THREAD),
        None => messages.div_ceil(PER_THREAD),
    };
    let zone = app.config.language.time_zone;
    let mut sample = Sample::new(desks, seed, app.clock.now(), zone, threads, messages);
    if let Some(longest) = longest {
        sample = sample.with_longest(longest);
    }
    let started = Instant::now();
    let mut rows = 0;
    loop {
        let batch: Vec<demo::Thread> = sample.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        rows += app
            .store
            .write(move |tx| demo::insert(tx, &batch))
            .await
            .context("the sample could not be written")?;
    }
    app.store
        .write(move |tx| {
            let detail = format!("{threads} {messages} {seed}");
            tx.audit_with(
                &Actor::operator(),
                "demo.fill",
                Object { kind: "house", id: None },
                detail,
            );
            Ok::<_, StoreError>(())
        })
        .await?;
    app.store.read(demo::tidy_up).await?;
    // The log tells of each conversation's last text only.
    let search = app.store.search();
    app.store.read(move |_| search.forget()).await.context("the search index cannot be emptied")?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Filled { threads, messages, rows, seconds, password })
}
