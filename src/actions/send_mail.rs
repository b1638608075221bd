//! Mails leave the house, or say why they do not.

use chrono::TimeDelta;

use crate::app::App;
use crate::domain::id::MailId;
use crate::domain::mail::{MailState, wait_after};
use crate::domain::nudge::LOOK_AGAIN;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::mails;

use super::escalate::{self, Need};
use super::{ActionError, access, mail_contact};

/// How long a mail may be in somebody's hands: longer than a server may take for one
/// (`mail/mailer.rs`), by what it takes to note what came of it.
fn lease(app: &App) -> TimeDelta {
    const TO_NOTE_IT: TimeDelta = TimeDelta::minutes(1);
    const SHORTEST: TimeDelta = TimeDelta::minutes(5);
    let patience = TimeDelta::from_std(app.mailer.patience()).unwrap_or(SHORTEST);
    (patience + TO_NOTE_IT).max(SHORTEST)
}

/// Mails whose time has come.
pub async fn due(app: &App, limit: i64) -> Result<Vec<MailId>, ActionError> {
    let now = app.clock.now();
    Ok(app.store.read(move |db| mails::due(db, now, limit)).await?)
}

/// Tries to send a mail, and puts on record what it came to. `None` where it is in
/// other hands, or not to be sent now.
///
/// One that tells of somebody who waits, and who got an answer while it waited for its
/// server, is not sent.
///
/// A process that ends between the server's last word and the record sends it again:
/// its `Message-ID` tells mailboxes that it is the same.
pub async fn run(app: &App, id: MailId) -> Result<Option<MailState>, ActionError> {
    let lease = lease(app);
    let begun = app
        .store
        .write(move |tx| {
            let now = tx.now;
            match escalate::need(tx, id, now)? {
                Need::Still => return Ok(mails::begin(tx, id, now, lease)?),
                Need::Aside => mails::put_off(tx, id, now + LOOK_AGAIN, now)?,
                Need::Unsure(until) => mails::put_off(tx, id, until, now)?,
                Need::Over => mails::drop(tx, id, MailState::Overtaken, now)?,
            };
            Ok::<_, ActionError>(None)
        })
        .await?;
    let Some(begun) = begun else { return Ok(None) };
    let outcome = app.mailer.send(id, &begun.to, &begun.message).await;
    app.store
        .write(move |tx| {
            let now = tx.now;
            let (state, failure, next) = match outcome {
                Ok(()) => (MailState::Sent, None, None),
                Err(failure) if failure.may_pass() => {
                    (MailState::Queued, Some(failure), Some(now + wait_after(begun.tries)))
                }
                Err(failure) => (MailState::Failed, Some(failure), None),
            };
            if mails::settle(tx, (id, begun.tries), state, failure, next, now)? {
                mail_contact::tell(tx, id, state)?;
            }
            Ok(Some(state))
        })
        .await
}

/// Tries a mail again now.
///
/// # Errors
/// `TooLate` for one that is sent, discarded or on its way: a second try beside the
/// first would send it twice.
pub async fn retry(app: &App, caller: Caller, id: MailId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            mails::find(tx, id)?;
            let now = tx.now;
            if !mails::retry(tx, id, now)? {
                return Err(ActionError::TooLate);
            }
            mail_contact::tell(tx, id, MailState::Queued)?;
            tx.audit(&caller.actor, "mail.retry", Object::new("mail", id.0));
            Ok(())
        })
        .await
}

/// Sends a mail no more.
///
/// # Errors
/// `TooLate` for one that is sent, discarded or on its way.
pub async fn discard(app: &App, caller: Caller, id: MailId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            mails::find(tx, id)?;
            let now = tx.now;
            if !mails::drop(tx, id, MailState::Discarded, now)? {
                return Err(ActionError::TooLate);
            }
            mail_contact::tell(tx, id, MailState::Discarded)?;
            tx.audit(&caller.actor, "mail.discard", Object::new("mail", id.0));
            Ok(())
        })
        .await
}
