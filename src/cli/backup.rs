//! `henji backup`: the whole house in one sealed file, beside a running server.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::json;

use super::{Backup, output};
use crate::clock::Clock;
use crate::config::Config;
use crate::key_file;
use crate::store::backup::{self, Sealing};
use crate::store::health;
use crate::store::seal::Vault;
use unfinished::Unfinished;

mod unfinished;

/// Under its final name there is a whole backup, on disk, or nothing.
pub fn run(config: &Config, asked: &Backup) -> anyhow::Result<()> {
    let started = Instant::now();
    let url = config.database.url.expose();
    let shown = config.database.url.shown();
    ensure!(health::exists(&url), "there is nothing to back up: {shown} is not there");
    let key = key_file::open(&config.files.key_file)?;
    let mut db = health::open(&url, key)?;
    ensure!(
        !backup::is_bare(&mut db)?,
        "there is nothing to back up: {shown} has never been set up"
    );
    ensure!(
        health::key_fits(&mut db)?,
        "{} is not the key of {shown}; a backup sealed with it would be of no use",
        config.files.key_file.display()
    );
    let file = Unfinished::create(&asked.file)?;
    let made_at = Clock::default().now().to_rfc3339();
    let mut sealing = Sealing::new(file.as_file(), &Vault::new(key))?;
    let manifest = backup::write(&mut db, made_at.clone(), &mut sealing)
        .with_context(|| format!("no backup was made of {shown}"))?;
    sealing.finish()?;
    let bytes = file.finish()?;
    let seconds = started.elapsed().as_secs_f64();
    if asked.json {
        output::json(&json!({
            "file": asked.file,
            "bytes": bytes,
            "made_at": made_at,
            "messages": manifest.rows_of("messages"),
            "rows": manifest.rows(),
            "last_event": manifest.last_event,
            "audit_entries": manifest.audit_entries,
            "audit_head": manifest.audit_head,
            "seconds": (seconds * 1_000.0).round() / 1_000.0,
        }))?;
        return Ok(());
    }
    output::line(format_args!(
        "{}: {} messages, {} rows in all, {:.1} MB in {seconds:.1} s",
        asked.file.display(),
        manifest.rows_of("messages"),
        manifest.rows(),
        bytes as f64 / 1e6
    ))?;
    output::line(format_args!(
        "sealed with {}, which is not in it: keep a copy of that key in another place",
        config.files.key_file.display()
    ))?;
    Ok(())
}
