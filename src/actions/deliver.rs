//! A queued text is handed to its provider.
//!
//! Three steps, so that no crash can double a text: the attempt goes to disk
//! ([`begin`]), the provider is called outside any transaction, the outcome goes
//! to disk ([`finish`]). An attempt without an outcome means that we cannot tell
//! whether the provider took it: the text becomes `unknown` and is never sent
//! again by itself.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::crash::{self, Place};
use crate::domain::application::Cause;
use crate::domain::delivery::{OutboundState, Reason, SendOutcome};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{AttemptId, MessageId, ProviderAccountId};
use crate::domain::opt_out::{OptOutScope, OptOutSource, blocks};
use crate::domain::system_line::SystemLine;
use crate::domain::user::Actor;
use crate::providers::{Accepted, OutboundSms, Retry, SendError};
use crate::store::audit::Object;
use crate::store::ids::RowId;
use crate::store::messages::{self, Message, Progress};
use crate::store::outbox::{self, Due};
use crate::store::seal::DAMAGED;
use crate::store::{
    StoreError, Tx, consents, conversations, opt_outs, receipts, sender_rates, unresolved,
};

use super::{ActionError, applications, record_receipts, resend_message, timeline};

/// How long a worker may hold a text: the provider's longest answer ([`CALL`])
/// twice. Another node takes it up after that.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);
/// The longest a call to a provider takes (`providers/http.rs`).
const CALL: Duration = Duration::from_secs(15);
/// Refused attempts before a text is given up: with the waits below, about an hour.
const TRIES: i32 = 10;
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// A text in our hands, its attempt on disk.
#[derive(Clone, Debug)]
pub struct Begun {
    pub attempt: AttemptId,
    pub account: ProviderAccountId,
    pub sms: OutboundSms,
    /// This attempt's number, from 1; with the worker's name, the fence.
    pub tries: i32,
    pub worker: RowId,
    /// Measured by a clock that nobody sets, and that goes on while the process
    /// is stopped.
    begun_at: Instant,
}

/// Claims a due text and puts the attempt on disk.
///
/// `None` if it is in other hands, or if it turned out that it must not leave:
/// expired, its contact opted out, or abandoned in the middle of an attempt.
pub async fn begin(app: &App, due: Due, worker: RowId) -> Result<Option<Begun>, ActionError> {
    let begun = app.store.write(move |tx| claim(tx, due, worker)).await?;
    crash::at(Place::Claimed);
    Ok(begun)
}

/// A claim of which nobody knows whether it was committed, and after which the
/// provider was certainly not called: the text is queued as before.
pub async fn give_back(app: &App, due: Due, worker: RowId) -> Result<(), ActionError> {
    app.store
        .write_vital(move |tx| {
            let (message, now) = (due.message_id, tx.now);
            if outbox::is_held(tx, message, worker, due.tries + 1)? {
                let (from, to) = (OutboundState::Submitting, OutboundState::Queued);
                messages::advance(tx, message, from, to, Progress::default())?;
                outbox::release(tx, message, now)?;
            }
            Ok(())
        })
        .await
}

/// Hands the text over. No transaction is open meanwhile.
///
/// A process that was stopped for so long that its lease may end during the call
/// does not make it: somebody else may have told a person that nothing is known.
pub async fn send(app: &App, begun: &Begun) -> Result<Accepted, SendError> {
    let account = begun.account;
    let account = app
        .store
        .read(move |db| crate::store::provider_accounts::find(db, account))
        .await
        .map_err(|error| refused(Reason::ProviderError, error.to_string(), Retry::Soon))?;
    let Some((provider, account)) = app.provider_of(&account) else {
        let detail = format!("no adapter for {}", account.kind);
        return Err(refused(Reason::AccountProblem, detail, Retry::No));
    };
    if begun.begun_at.elapsed() + CALL > LEASE.to_std().unwrap_or_default() {
        let detail = "its turn was over before the call".to_owned();
        return Err(refused(Reason::ProviderError, detail, Retry::Soon));
    }
    crash::at(Place::Calling);
    let answer = provider.send(&account, &begun.sms).await;
    crash::at(Place::Answered);
    answer
}

/// Puts the outcome on disk.
pub async fn finish(
    app: &App,
    begun: Begun,
    outcome: Result<Accepted, SendError>,
) -> Result<OutboundState, ActionError> {
    let jitter = chance();
    crash::at(Place::Settling);
    let state = app
        .store
        .write_vital(move |tx| {
            let state = settle(tx, &begun, &outcome, jitter)?;
            crash::at(Place::Settled);
            Ok::<_, ActionError>(state)
        })
        .await?;
    crash::at(Place::Recorded);
    Ok(state)
}

/// Ends the leases of a worker that stops, or of every worker of a house that
/// has but one process: nobody need wait for them to run out.
pub async fn end_leases(app: &App, worker: Option<RowId>) -> Result<usize, ActionError> {
    app.store
        .write_vital(move |tx| {
            let now = tx.now;
            Ok(outbox::end_leases(tx, worker, now)?)
        })
        .await
}

/// From 0 to 1.
pub fn chance() -> f64 {
    f64::from(u16::from_be_bytes(crate::store::seal::random())) / f64::from(u16::MAX)
}

fn claim(tx: &mut Tx, due: Due, worker: RowId) -> Result<Option<Begun>, ActionError> {
    let now = tx.now;
    if !outbox::claim(tx, due.message_id, worker, now, now + LEASE)? {
        return Ok(None);
    }
    if !due.abandoned && !sender_rates::take(tx, due.sender_id, due.segments)? {
        // Other nodes send by this sender too; its turn comes again.
        outbox::unclaim(tx, due.message_id)?;
        return Ok(None);
    }
    let message = messages::find(tx, due.message_id)?;
    let conversation = conversations::find(tx, message.conversation_id)?;
    let stop = match message.state {
        // Somebody else's attempt has no outcome: we cannot tell.
        Some(OutboundState::Submitting) => Some((OutboundState::Unknown, None)),
        Some(OutboundState::DraftHeld | OutboundState::Queued) => {
            let opted_out = conversation.contact.opted_out;
            if message.expires_at.is_some_and(|at| at <= now) {
                Some((OutboundState::Expired, Some(Reason::TooLate)))
            } else if opted_out.is_some_and(|scope| blocks(scope, message.purpose)) {
                Some((OutboundState::Failed, Some(Reason::OptedOut)))
            // Asked again now that the text is to leave: it may have waited for days.
            } else if consents::is_lacking(tx, conversation.contact.person, message.purpose)? {
                Some((OutboundState::Failed, Some(Reason::NoConsent)))
            } else if conversation.contact.address == DAMAGED {
                Some((OutboundState::Failed, Some(Reason::InvalidNumber)))
            } else {
                None
            }
        }
        // It has left already; only its row stayed behind.
        _ => {
            outbox::delete(tx, message.id)?;
            return Ok(None);
        }
    };
    let queued = leave_undo_window(tx, &message)?;
    if let Some((to, reason)) = stop {
        let failed_at = to.is_failure().then_some(now);
        let progress = Progress { reason, failed_at, ..Progress::default() };
        messages::advance(tx, message.id, queued, to, progress)?;
        outbox::delete(tx, message.id)?;
        if to == OutboundState::Unknown {
            look_for(tx, &message)?;
        }
        changed(tx, &conversation, message.id);
        return Ok(None);
    }
    let submitting = OutboundState::Submitting;
    if !messages::advance(tx, message.id, queued, submitting, Progress::default())? {
        return Ok(None);
    }
    let attempt = outbox::begin_attempt(tx, message.id, now)?;
    changed(tx, &conversation, message.id);
    crash::at(Place::Claiming);
    let (Some(account), Some(from)) = (message.provider_account_id, message.our_address) else {
        return Err(StoreError::NotFound.into());
    };
    Ok(Some(Begun {
        attempt,
        account,
        sms: OutboundSms {
            message_id: message.id,
            from,
            to: conversation.contact.address,
            body: message.body,
            expires_at: message.expires_at,
        },
        tries: due.tries + 1,
        worker,
        begun_at: Instant::now(),
    }))
}

/// The provider's list may tell what nobody else does.
fn look_for(tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
    let Some(account) = message.provider_account_id else { return Ok(()) };
    let now = tx.now;
    let attempted_at = outbox::last_attempt_at(tx, message.id)?.unwrap_or(now);
    unresolved::insert_unless_there(tx, message.id, account, attempted_at, now)
}

fn leave_undo_window(tx: &mut Tx, message: &Message) -> Result<OutboundState, StoreError> {
    let state = message.state.unwrap_or(OutboundState::Queued);
    if state == OutboundState::DraftHeld {
        messages::advance(tx, message.id, state, OutboundState::Queued, Progress::default())?;
        return Ok(OutboundState::Queued);
    }
    Ok(state)
}

fn settle(
    tx: &mut Tx,
    begun: &Begun,
    outcome: &Result<Accepted, SendError>,
    jitter: f64,
) -> Result<OutboundState, ActionError> {
    let message = messages::find(tx, begun.sms.message_id)?;
    let conversation = conversations::find(tx, message.conversation_id)?;
    let now = tx.now;
    // Without it another worker has been here: what happened is still told, but
    // whether the text is offered again was somebody else's to decide.
    let is_ours = outbox::is_held(tx, message.id, begun.worker, begun.tries)?;
    let may_return = is_ours || !was_sent_again(tx, &message)?;
    let again_at = match outcome {
        Err(SendError::Refused { retry, .. }) if begun.tries < TRIES && may_return => {
            again_at(now, *retry, begun.tries, jitter)
        }
        _ => None,
    };
    let (ended, progress, detail) = match outcome {
        Ok(accepted) => {
            let progress = Progress {
                provider_ref: Some(accepted.provider_ref.clone()),
                segments: accepted.segments.filter(|segments| *segments > 0),
                sent_at: Some(now),
                ..Progress::default()
            };
            (SendOutcome::Accepted, progress, String::new())
        }
        Err(SendError::Refused { reason, detail, .. }) => {
            let progress = Progress { reason: Some(*reason), ..Progress::default() };
            (SendOutcome::Refused { retry: again_at.is_some() }, progress, detail.clone())
        }
        Err(SendError::Unknown { detail }) => {
            (SendOutcome::Unknown, Progress::default(), detail.clone())
        }
    };
    let from = message.state.unwrap_or(OutboundState::Submitting);
    if !is_ours && outcome.is_err() && from != OutboundState::Unknown {
        // It is in other hands: that nothing came of our attempt changes nothing there.
        outbox::end_attempt(tx, begun.attempt, now, from, &detail)?;
        return Ok(from);
    }
    let to = from.after_send(&ended);
    let progress =
        if to == from { Progress { reason: message.reason, ..progress } } else { progress };
    let failed_at = (to != from && to.is_failure()).then_some(now);
    let progress = Progress { failed_at, ..progress };
    // A receipt may have moved the message on already: its reference is kept all the same.
    messages::advance(tx, message.id, from, to, progress)?;
    outbox::end_attempt(tx, begun.attempt, now, to, &detail)?;
    match again_at {
        Some(at) if to == OutboundState::Queued && is_ours => outbox::release(tx, message.id, at)?,
        Some(at) if to == OutboundState::Queued && from != OutboundState::Queued => {
            let sender = message.sender_id.ok_or(StoreError::NotFound)?;
            outbox::insert(tx, message.id, sender, at)?;
        }
        _ if is_ours => outbox::delete(tx, message.id)?,
        // Proof that it was taken ends everybody's claim.
        _ if outcome.is_ok() => outbox::delete(tx, message.id)?,
        _ => {}
    }
    if to == OutboundState::Unknown {
        look_for(tx, &message)?;
    }
    if let Ok(accepted) = outcome {
        join_early_receipts(tx, begun.account, &accepted.provider_ref, message.id)?;
        applications::heed(tx, &conversation, Cause::Text, message.author_id)?;
    }
    if matches!(outcome, Err(SendError::Refused { reason: Reason::OptedOut, .. })) {
        keep_providers_opt_out(tx, &conversation)?;
    }
    changed(tx, &conversation, message.id);
    Ok(to)
}

/// Whether a person has sent another text in its place.
fn was_sent_again(tx: &mut Tx, message: &Message) -> Result<bool, StoreError> {
    let again = resend_message::again_id(message.id);
    Ok(messages::find_by_client_id(tx, message.conversation_id, again)?.is_some())
}

/// A receipt can be faster than the answer to the call it is about.
fn join_early_receipts(
    tx: &mut Tx,
    account: ProviderAccountId,
    provider_ref: &str,
    message: MessageId,
) -> Result<(), ActionError> {
    for (status, reason) in receipts::waiting_for(tx, account, provider_ref)? {
        record_receipts::apply(tx, message, status, reason)?;
    }
    Ok(receipts::join(tx, account, provider_ref, message)?)
}

/// The provider knows of a stop request that we did not.
fn keep_providers_opt_out(
    tx: &mut Tx,
    conversation: &conversations::Conversation,
) -> Result<(), ActionError> {
    let now = tx.now;
    let (scope, source) = (OptOutScope::All, OptOutSource::Provider);
    if opt_outs::begin(tx, &conversation.contact, scope, source, None, now)? {
        let line = SystemLine::OptedOut;
        timeline::say(tx, conversation.inbox_id, conversation.id, None, line)?;
        let contact = Object::new("contact", conversation.contact.id.0);
        tx.audit(&Actor::system(), "contact.opt_out", contact);
    }
    Ok(())
}

fn changed(tx: &mut Tx, conversation: &conversations::Conversation, message: MessageId) {
    let (kind, inbox) = (EventKind::MessageUpdated, conversation.inbox_id);
    tx.event(NewEvent::conversation(kind, inbox, conversation.id).about(message));
}

/// When to offer a refused text again: never before the provider's word, else
/// doubling, with up to half the wait added at random so that a thousand texts
/// refused together do not come back together.
fn again_at(now: DateTime<Utc>, retry: Retry, tries: i32, jitter: f64) -> Option<DateTime<Utc>> {
    let doubled = FIRST_WAIT.saturating_mul(1 << tries.clamp(0, 16)).min(LONGEST_WAIT);
    let wait = match retry {
        Retry::No => return None,
        Retry::Soon => doubled,
        Retry::After(asked) => asked.max(FIRST_WAIT),
    };
    let wait = wait + wait.mul_f64(jitter / 2.0);
    TimeDelta::from_std(wait).ok().map(|wait| now + wait)
}

fn refused(reason: Reason, detail: String, retry: Retry) -> SendError {
    SendError::Refused { reason, detail, retry }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_never_asked_again_before_it_said() {
        let now = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let asked = Retry::After(Duration::from_secs(30));
        for jitter in [0.0, 0.5, 1.0] {
            let at = again_at(now, asked, 1, jitter).unwrap();
            assert!(at >= now + TimeDelta::seconds(30) && at <= now + TimeDelta::seconds(45));
        }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let now = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let waits: Vec<i64> = (1..=TRIES)
            .map(|tries| (again_at(now, Retry::Soon, tries, 0.0).unwrap() - now).num_seconds())
            .collect();
        assert_eq!(waits, [4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(again_at(now, Retry::No, 1, 0.0), None);
    }
}
