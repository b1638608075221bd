//! `henji restore`: a house out of a backup, into an empty data directory.

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail, ensure};

use super::{Restore, output};
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::{self, DataLock};
use crate::key_file;
use crate::store::backup::{self, Asked, Restored};

/// What may lie in a data directory that is empty.
const NOTHING: [&str; 3] = [data_lock::NAME, "henji.toml", "lost+found"];

/// Everything is checked before anything has its name; until then, and after any
/// error, the place is as empty as it was.
pub fn run(config: &Config, asked: &Restore) -> anyhow::Result<()> {
    let started = Instant::now();
    let file =
        File::open(&asked.file).with_context(|| format!("cannot read {}", asked.file.display()))?;
    ensure!(
        config.files.key_file.exists(),
        "{} is not there; put the key of the installation the backup was made from in its place, \
         or name it in HENJI_KEY_FILE",
        config.files.key_file.display()
    );
    let key = key_file::open(&config.files.key_file)?;
    if asked.check {
        return check(asked, file, key, started);
    }
    let folder = &config.files.data_dir;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let _held = DataLock::take(folder)?;
    refuse_inhabited(config, asked)?;
    let restored = restore(asked, file, &config.database.url.expose(), key)?;
    told(&restored, started)?;
    output::line(
        "what was done after that is undone: look at disabled users, revoked API tokens and \
         changed settings again",
    )?;
    Ok(())
}

/// A whole restore, into a database that is thrown away.
fn check(asked: &Restore, file: File, key: [u8; 32], started: Instant) -> anyhow::Result<()> {
    let scratch = std::env::temp_dir().join(format!("henji-check-{}", std::process::id()));
    fs::DirBuilder::new().mode(0o700).create(&scratch)?;
    let url = format!("sqlite:{}", scratch.join("henji.db").display());
    let restored = restore(asked, file, &url, key);
    fs::remove_dir_all(&scratch)?;
    told(&restored?, started)?;
    output::line("only a check: nothing was kept")?;
    Ok(())
}

fn restore(asked: &Restore, file: File, url: &str, key: [u8; 32]) -> anyhow::Result<Restored> {
    let now = Clock::default().now();
    backup::restore(Asked { file, url, key, now, broken_audit: asked.broken_audit })
        .with_context(|| format!("{} was not restored", asked.file.display()))
}

fn refuse_inhabited(config: &Config, asked: &Restore) -> anyhow::Result<()> {
    let folder = &config.files.data_dir;
    let same = |path: &Path, other: &Path| {
        path.canonicalize().is_ok_and(|path| other.canonicalize().is_ok_and(|other| path == other))
    };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        // What a restore that was killed left behind is taken away by this one.
        let is_leftover = path.extension().is_some_and(|end| end == "restoring");
        let is_nothing = NOTHING.iter().any(|nothing| name == *nothing)
            || is_leftover
            || same(&path, &config.files.key_file)
            || same(&path, &asked.file);
        if !is_nothing {
            bail!(
                "{} is not empty: it holds {}; name an empty HENJI_DATA_DIR, or move what is in \
                 this one away first",
                folder.display(),
                name.display()
            );
        }
    }
    Ok(())
}

fn told(restored: &Restored, started: Instant) -> anyhow::Result<()> {
    let Restored { prelude, manifest, migrated, settled } = restored;
    output::line(format_args!(
        "{} messages, {} rows in all, as of {}, in {:.1} s",
        manifest.rows_of("messages"),
        manifest.rows(),
        prelude.made_at,
        started.elapsed().as_secs_f64()
    ))?;
    if *migrated > 0 {
        output::line(format_args!(
            "made by henji {}: {migrated} migrations applied",
            prelude.henji
        ))?;
    }
    output::line(settled)?;
    Ok(())
}
