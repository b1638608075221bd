//! Programs of others that are told what happens: kept, tried, and told.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{DeliveryId, InboxId, WebhookId};
use crate::domain::user::Caller;
use crate::domain::webhook::{MOST, OVERLAP, Pause, TOLD, TRIAL};
use crate::store::audit::Object;
use crate::store::webhooks::deliveries::{self, Notice};
use crate::store::webhooks::{self, Webhook};
use crate::store::{Db, StoreError, Tx, events, inboxes, optional};
use crate::webhook_signature::fresh_secret;

use super::{ActionError, Problem, access};

mod deliver;

pub use deliver::{due, follow, run};

/// A webhook as somebody writes it down.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub url: String,
    /// Words of events.
    pub kinds: Vec<String>,
    pub inbox: Option<InboxId>,
    pub is_on: bool,
}

/// Tells a program what happens from now on; the secret is shown here and never again.
///
/// # Errors
/// `Invalid` names `url`, `kind` or `inbox`.
pub async fn add(
    app: &App,
    caller: Caller,
    wanted: Wanted,
) -> Result<(WebhookId, String), ActionError> {
    access::must_administer(&caller)?;
    let kinds = checked(app, &wanted)?;
    let secret = fresh_secret();
    let shown = secret.clone();
    let id = app
        .store
        .write(move |tx| {
            if usize::try_from(webhooks::count(tx)?).is_ok_and(|count| count >= MOST) {
                return Err(ActionError::invalid("url", Problem::TooMany));
            }
            must_be(tx, wanted.inbox)?;
            let webhook = Webhook {
                id: fresh_id(),
                url: wanted.url.clone(),
                kinds: kinds.clone(),
                inbox: wanted.inbox,
                seq: events::last_seq(tx)?,
                pause: (!wanted.is_on).then_some(Pause::Person),
                created_at: tx.now,
            };
            webhooks::insert(tx, &webhook, &secret)?;
            record(tx, &caller, "webhook.add", webhook.id);
            Ok(webhook.id)
        })
        .await?;
    Ok((id, shown))
}

/// Changes all but the secret. One that is on again is told what happened meanwhile.
///
/// # Errors
/// As [`add`].
pub async fn change(
    app: &App,
    caller: Caller,
    id: WebhookId,
    wanted: Wanted,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let kinds = checked(app, &wanted)?;
    app.store
        .write(move |tx| {
            let before = webhooks::find(tx, id)?;
            must_be(tx, wanted.inbox)?;
            let pause = match wanted.is_on {
                true => None,
                false => Some(before.pause.unwrap_or(Pause::Person)),
            };
            let (url, kinds) = (wanted.url.clone(), kinds.clone());
            webhooks::update(tx, &Webhook { url, kinds, inbox: wanted.inbox, pause, ..before })?;
            record(tx, &caller, "webhook.change", id);
            Ok(())
        })
        .await
}

/// Forgets it, and what it was still to be told.
pub async fn remove(app: &App, caller: Caller, id: WebhookId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            webhooks::find(tx, id)?;
            webhooks::delete(tx, id)?;
            record(tx, &caller, "webhook.remove", id);
            Ok(())
        })
        .await
}

/// A new secret, shown here and never again; the old one signs beside it for a day.
pub async fn change_secret(
    app: &App,
    caller: Caller,
    id: WebhookId,
) -> Result<String, ActionError> {
    access::must_administer(&caller)?;
    let secret = fresh_secret();
    let shown = secret.clone();
    app.store
        .write(move |tx| {
            webhooks::find(tx, id)?;
            let until = tx.now + OVERLAP;
            webhooks::change_secret(tx, id, &secret, until)?;
            record(tx, &caller, "webhook.secret", id);
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(shown)
}

/// Tells it something of no meaning, so that its maker sees that it is heard.
///
/// # Errors
/// `TooLate` while it is paused.
pub async fn try_out(app: &App, caller: Caller, id: WebhookId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            if webhooks::find(tx, id)?.pause.is_some() {
                return Err(ActionError::TooLate);
            }
            let now = tx.now;
            let notice = Notice {
                seq: None,
                kind: TRIAL.to_owned(),
                happened_at: now,
                inbox: None,
                conversation: None,
                message: None,
                offer: None,
            };
            deliveries::insert(tx, (fresh_id(), id), &notice, now)?;
            record(tx, &caller, "webhook.try", id);
            Ok(())
        })
        .await
}

/// Delivers anew what failed or waits, with all its tries before it.
///
/// # Errors
/// `TooLate` for what is delivered, discarded or on its way.
pub async fn retry(app: &App, caller: Caller, id: DeliveryId) -> Result<WebhookId, ActionError> {
    at_rest(app, caller, id, "webhook.retry", deliveries::retry).await
}

/// Delivers it no more.
///
/// # Errors
/// As [`retry`].
pub async fn discard(app: &App, caller: Caller, id: DeliveryId) -> Result<WebhookId, ActionError> {
    at_rest(app, caller, id, "webhook.discard", deliveries::discard).await
}

/// Delivers anew whatever failed; how many.
pub async fn retry_failed(app: &App, caller: Caller, id: WebhookId) -> Result<usize, ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            webhooks::find(tx, id)?;
            let now = tx.now;
            let many = deliveries::retry_failed(tx, id, now)?;
            record(tx, &caller, "webhook.retry", id);
            Ok(many)
        })
        .await
}

type Changes = fn(&mut Db, DeliveryId, DateTime<Utc>) -> Result<bool, StoreError>;

async fn at_rest(
    app: &App,
    caller: Caller,
    id: DeliveryId,
    action: &'static str,
    changes: Changes,
) -> Result<WebhookId, ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let webhook = deliveries::find(tx, id)?.webhook;
            let now = tx.now;
            if !changes(tx, id, now)? {
                return Err(ActionError::TooLate);
            }
            record(tx, &caller, action, webhook);
            Ok(webhook)
        })
        .await
}

fn checked(app: &App, wanted: &Wanted) -> Result<Vec<EventKind>, ActionError> {
    if wanted.url.is_empty() {
        return Err(ActionError::invalid("url", Problem::Missing));
    }
    if !app.webhooks.may_call(&wanted.url) {
        return Err(ActionError::invalid("url", Problem::NotReachable));
    }
    if wanted.kinds.is_empty() {
        return Err(ActionError::invalid("kind", Problem::Missing));
    }
    let known = |word: &String| {
        let kind = EventKind::from_word(word).filter(|kind| TOLD.contains(kind));
        kind.ok_or(ActionError::invalid("kind", Problem::Unknown))
    };
    wanted.kinds.iter().map(known).collect()
}

fn must_be(tx: &mut Tx, inbox: Option<InboxId>) -> Result<(), ActionError> {
    match inbox {
        Some(inbox) if optional(inboxes::find(tx, inbox))?.is_none() => {
            Err(ActionError::invalid("inbox", Problem::Unknown))
        }
        _ => Ok(()),
    }
}

fn record(tx: &mut Tx, caller: &Caller, action: &'static str, id: WebhookId) {
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    tx.audit(&caller.actor, action, Object::new("webhook", id.0));
}
