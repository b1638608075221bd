//! `henji serve`

use std::time::Duration;

use super::{Serve, output};
use crate::actions::set_up::links;
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::sabotage::Sabotage;
use crate::server::{self, Running, StopSignals};
use crate::store::StoreError;

/// Between two looks for a database that is not there at the start.
const KNOCK: Duration = Duration::from_secs(1);

/// Serves until it is told to stop. On an empty installation it prints where
/// to set it up; the link works once, so it is not logged.
pub async fn run(config: Config, asked: Serve) -> anyhow::Result<()> {
    let sabotage = asked.sabotage.as_deref();
    let sabotage = sabotage.map(|text| Sabotage::arm(text, &config.files.data_dir)).transpose()?;
    let public_url = config.web.public_url.clone();
    let (running, told) = start(config, sabotage).await?;
    tracing::info!(listen = running.local_url, %public_url, "serving");
    if let Some(token) = links::begin(&running.app).await? {
        let link = public_url.join(&format!("/setup?token={token}"));
        output::line(format_args!("setup: {link}"))?;
    }
    running.until_told_to_stop(told).await
}

/// Starts as soon as the database is there: after a power cut it may come up
/// later than we do. What else is wrong ends the start, and is told.
async fn start(
    config: Config,
    sabotage: Option<Sabotage>,
) -> anyhow::Result<(Running, StopSignals)> {
    let is_file = matches!(config.database.url, DatabaseUrl::Sqlite(_));
    loop {
        match server::start(config.clone(), Clock::default(), sabotage).await {
            Err(error) if !is_file && is_away(&error) => {
                tracing::warn!(error = format!("{error:#}"), "waiting for the database");
                tokio::time::sleep(KNOCK).await;
            }
            ended => return ended,
        }
    }
}

/// Whether the database was not there, or went away while we started. A file does
/// neither: what is wrong with it does not pass.
fn is_away(error: &anyhow::Error) -> bool {
    let of_store = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref(), Some(StoreError::Unreachable(_) | StoreError::Away(_)))
    };
    error.chain().any(of_store)
}
