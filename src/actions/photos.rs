//! Pictures that contacts add to a text: made safe before they are kept, and gone when
//! their time is over.

use bytes::Bytes;
use chrono::TimeDelta;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::photo::{DAYS, LARGEST, MOST, NoPhoto, PhotoKind};
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::photos::{self, NewPhoto};
use crate::store::{StoreError, Tx};

use super::{ActionError, Problem, access};

mod redraw;

use redraw::redraw;

/// The largest picture takes some 0.2 GB while it is drawn: so many at a time, whoever
/// else waits.
static TURNS: Semaphore = Semaphore::const_new(2);
/// Taken away in one go: what is more waits for the next, so that no other write waits
/// for all of it.
const AT_ONCE: i64 = 100;

/// What is kept of the files that came with a text: each drawn anew, so that nothing of
/// the file itself is left - where it was taken, with what, and whatever else it carries.
///
/// # Errors
/// `Invalid` names `photo`; then none is kept.
pub async fn prepare(files: Vec<Bytes>) -> Result<Vec<NewPhoto>, ActionError> {
    let refuse = |problem| ActionError::invalid("photo", problem);
    if files.len() > MOST {
        return Err(refuse(Problem::TooMany));
    }
    let mut known = Vec::new();
    for file in files {
        if file.len() > LARGEST {
            return Err(refuse(Problem::TooLong));
        }
        match PhotoKind::of(&file) {
            Ok(kind) => known.push((kind, file)),
            Err(NoPhoto::Heic) => return Err(refuse(Problem::Heic)),
            Err(NoPhoto::NotOne) => return Err(refuse(Problem::NotAPicture)),
        }
    }
    let mut drawn = Vec::new();
    for (kind, file) in known {
        let turn = TURNS.acquire().await.expect("nobody closes it");
        // The turn is the drawing's, which goes on where whoever asked for it has left. A
        // reader that breaks over a file has refused it.
        let drawing = spawn_blocking(move || {
            let _turn = turn;
            redraw(kind, &file)
        });
        let done = drawing.await;
        drawn.push(done.unwrap_or(Err(Problem::NotAPicture)).map_err(refuse)?);
    }
    Ok(drawn)
}

/// Keeps pictures for so many days, those that are there included.
///
/// # Errors
/// `Invalid` names `days`.
pub async fn keep(app: &App, caller: Caller, days: &str) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let days: i32 = days
        .trim()
        .parse()
        .map_err(|_no_number| ActionError::invalid("days", Problem::Malformed))?;
    if !DAYS.contains(&days) {
        return Err(ActionError::invalid("days", Problem::Malformed));
    }
    app.store
        .write(move |tx| {
            if photos::days_kept(tx)? == days {
                return Ok(());
            }
            photos::set_days_kept(tx, days)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let photos = Object { kind: "photo", id: None };
            tx.audit_with(&caller.actor, "photo.keep", photos, days.to_string());
            Ok(())
        })
        .await
}

/// Takes away what is over, some at a time.
pub fn purge_due(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now;
    let days = photos::days_kept(tx)?;
    let purged = photos::purge_before(tx, now - TimeDelta::days(days.into()), AT_ONCE, now)?;
    if purged > 0 {
        let photos = Object { kind: "photo", id: None };
        tx.audit_with(&Actor::system(), "photo.purge", photos, purged.to_string());
    }
    Ok(())
}
