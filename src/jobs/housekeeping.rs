//! What time brings: snoozes end, what failed goes by mail where an inbox says so, sessions
//! and old answers are forgotten, old pictures taken away.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::actions::{ActionError, mail_contact, photos, snooze};
use crate::app::App;
use crate::domain::handoff::report::KEPT as CALLS_KEPT;
use crate::store::applications::sources;
use crate::store::{
    api_tokens, handoff_reports, mail_replies, mails, menu_calls, nudges, pushes, quarantine,
    reply_forms, sessions, webhooks,
};

/// A snooze ends within this of its time.
const EVERY: Duration = Duration::from_secs(5);
/// How long a repeated API request gets its first answer (R4).
const ANSWERS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a quarantined request is kept (reliability-and-security.md 3.7).
const QUARANTINE_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a mail or a delivery that was sent or given up can be looked up.
const MAILS_KEPT: TimeDelta = TimeDelta::days(30);
/// Calls that are forgotten in one go: what is more waits for the next, so that no
/// other write waits for all of it.
const CALLS_AT_ONCE: i64 = 500;

pub async fn run_one(app: &App) -> Result<(), ActionError> {
    while snooze::wake_due(app).await? > 0 {}
    mail_contact::run_due(app).await?;
    app.store
        .write(|tx| {
            let now = tx.now;
            sessions::delete_expired(tx, now)?;
            pushes::delete_expired(tx, now)?;
            api_tokens::forget_first_uses(tx, now - ANSWERS_KEPT)?;
            quarantine::delete_before(tx, now - QUARANTINE_KEPT)?;
            mails::delete_before(tx, now - MAILS_KEPT)?;
            mail_replies::delete_before(tx, now - MAILS_KEPT)?;
            reply_forms::delete_before(tx, now - MAILS_KEPT)?;
            nudges::delete_before(tx, now - MAILS_KEPT)?;
            webhooks::deliveries::delete_before(tx, now - MAILS_KEPT)?;
            photos::purge_due(tx)?;
            handoff_reports::forget_before(tx, now - CALLS_KEPT, CALLS_AT_ONCE)?;
            menu_calls::forget_before(tx, now - CALLS_KEPT)?;
            sources::forget_deliveries(tx, now - ANSWERS_KEPT)?;
            Ok::<_, ActionError>(())
        })
        .await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = run_one(&app).await {
            tracing::error!(error = %error, "housekeeping failed for now");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
