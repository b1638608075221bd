//! `henji serve`

use super::{Serve, output};
use crate::actions::set_up::links;
use crate::clock::Clock;
use crate::config::Config;
use crate::sabotage::Sabotage;
use crate::server;

/// Serves until it is told to stop. On an empty installation it prints where
/// to set it up; the link works once, so it is not logged.
pub async fn run(config: Config, asked: Serve) -> anyhow::Result<()> {
    let sabotage = asked.sabotage.as_deref();
    let sabotage = sabotage.map(|text| Sabotage::arm(text, &config.files.data_dir)).transpose()?;
    let public_url = config.web.public_url.clone();
    let (running, told) = server::start(config, Clock::default(), sabotage).await?;
    tracing::info!(listen = running.local_url, %public_url, "serving");
    if let Some(token) = links::begin(&running.app).await? {
        let link = public_url.join(&format!("/setup?token={token}"));
        output::line(format_args!("setup: {link}"))?;
    }
    running.until_told_to_stop(told).await
}
