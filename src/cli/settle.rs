//! `henji settle`: what a restore does at its end, for a database that was brought
//! back by other means.

use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::key_file;
use crate::store::backup;

/// Before the first server starts on the recovered database: texts that may have
/// left after the moment it was taken back to must not be sent again.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let key = key_file::open(&config.files.key_file)?;
    let _held = DataLock::take(&config.files.data_dir)?;
    let settled =
        backup::settle_recovered(&config.database.url.expose(), key, Clock::default().now())?;
    output::line(settled)?;
    Ok(())
}
