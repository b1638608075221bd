//! The house notes that it takes webhooks, and afterwards, how long it did not.

use chrono::TimeDelta;

use super::ActionError;
use crate::app::App;
use crate::store::outages::{self, Outage};

/// How long an outage is told of: as long as what waits in quarantine, after which
/// nobody asks a provider for its records any more.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// What became of this process since its last note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It went on; a gap means that the database was away, and that the journal
    /// took what came.
    Ran,
    /// It has started, or it was stopped for a while.
    Stood,
}

/// Notes that webhooks are taken now.
///
/// If this process stood still, and nobody else of the house was there for longer
/// than `slack` either, that time is an outage.
pub async fn run(app: &App, since: Since, slack: TimeDelta) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let now = tx.now;
            let last = outages::alive_at(tx)?;
            let gap = last.filter(|last| since == Since::Stood && now - *last > slack);
            if let Some(began_at) = gap {
                outages::insert(tx, Outage { began_at, ended_at: now })?;
                outages::delete_before(tx, now - KEPT)?;
            }
            Ok(outages::set_alive_at(tx, now)?)
        })
        .await
}
