//! Looks for damage in the database's file: at every start a quick look, once a
//! week a thorough one (reliability-and-security.md R12).
//!
//! The start does not wait for it: a quick look at a million messages takes a
//! second. What it finds makes the node not ready and stays so until the house
//! is restored; texts that no longer open are never shown as anything else.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::store::StoreError;
use crate::store::health::Look;

/// Between thorough looks, whether henji was restarted meanwhile or not.
const EVERY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How often it is asked whether a week is over.
const ASK: Duration = Duration::from_secs(60 * 60);
/// Its time is that of the last thorough look.
const MARK: &str = "integrity.checked";

/// One look; what is broken, if anything is.
pub async fn run_one(app: &App, look: Look) -> Result<Option<String>, StoreError> {
    let found = app.store.look_for_damage(look).await?;
    if let Some(damage) = &found {
        tracing::error!(
            damage,
            "the database's file is damaged: stop henji, keep a copy of it, restore the last backup"
        );
    }
    Ok(found)
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut look = Look::Quick;
    while !*stop.borrow() {
        if look == Look::Quick || is_due(&app) {
            match run_one(&app, look).await {
                Ok(None) if look == Look::Thorough => note(&app),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the database's file cannot be checked now"),
            }
        }
        // A house that is restarted every day has its thorough look as well.
        let wait = if look == Look::Quick { Duration::from_secs(60) } else { ASK };
        look = Look::Thorough;
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// True also where nobody knows: it costs one look.
fn is_due(app: &App) -> bool {
    let looked = fs::metadata(mark(app)).and_then(|found| found.modified());
    match looked {
        Ok(at) => at.elapsed().is_ok_and(|passed| passed >= EVERY),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn note(app: &App) {
    if let Err(error) = File::create(mark(app)).and_then(|file| file.set_len(0)) {
        tracing::warn!(%error, "when the database's file was checked cannot be noted");
    }
}

fn mark(app: &App) -> PathBuf {
    app.config.files.data_dir.join(MARK)
}
