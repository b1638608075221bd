//! Job boards and applicant systems that send applications by webhook.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::enter::{self, Entered, New};
use super::payload;
use crate::actions::{ActionError, Problem, access};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ApplicationSourceId, InboxId};
use crate::domain::user::{Actor, Caller, Sight};
use crate::store::applications::sources::{self, Source};
use crate::store::audit::Object;
use crate::store::quarantine::{self, Quarantined};
use crate::store::seal::random;
use crate::store::{StoreError, Tx, applications, inboxes, optional};
use crate::webhook_signature::{ID, fresh_secret};

/// Letters of a name; sources of a house.
const LONGEST_NAME: usize = 60;
const MOST: usize = 100;

/// Makes a source. What comes back beside it is its secret, shown this once.
///
/// # Errors
/// `Invalid` names `name` or `inbox_id`.
pub async fn add(
    app: &App,
    caller: Caller,
    name: String,
    inbox: InboxId,
) -> Result<(Source, String), ActionError> {
    access::must_administer(&caller)?;
    let name = name.trim().to_owned();
    match name.chars().count() {
        0 => return Err(ActionError::invalid("name", Problem::Missing)),
        n if n > LONGEST_NAME => return Err(ActionError::invalid("name", Problem::TooLong)),
        _ => {}
    }
    let secret = fresh_secret();
    let shown = secret.clone();
    let source = app
        .store
        .write(move |tx| {
            if optional(inboxes::find(tx, inbox))?.is_none() {
                return Err(ActionError::invalid("inbox_id", Problem::Unknown));
            }
            if sources::all(tx)?.len() >= MOST {
                return Err(ActionError::invalid("name", Problem::TooMany));
            }
            let source = Source {
                id: fresh_id(),
                inbox,
                name: name.clone(),
                token: URL_SAFE_NO_PAD.encode(random::<24>()),
                created_at: tx.now,
            };
            sources::insert(tx, &source, &secret)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let object = Object::new("application_source", source.id.0);
            tx.audit_with(&caller.actor, "application_source.add", object, name.clone());
            Ok(source)
        })
        .await?;
    Ok((source, shown))
}

/// Nothing comes from there any more; what came stays.
pub async fn remove(app: &App, caller: Caller, id: ApplicationSourceId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let now = tx.now;
            if !sources::remove(tx, id, now)? {
                return Err(StoreError::NotFound.into());
            }
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let object = Object::new("application_source", id.0);
            tx.audit(&caller.actor, "application_source.remove", object);
            Ok(())
        })
        .await
}

/// A webhook that was believed, under the name its sender gave it: the same name again is
/// the same answer.
pub async fn take(
    app: &App,
    source: Source,
    delivery: String,
    new: New,
) -> Result<Entered, ActionError> {
    app.store.write(move |tx| receive(tx, &source, &delivery, new.clone())).await
}

/// An administrator vouches for a webhook that was not believed, or could not be read then.
///
/// # Errors
/// `Invalid { field: "request" }` where it still tells of no application.
pub(in crate::actions) async fn replay(
    app: &App,
    caller: Caller,
    item: Quarantined,
) -> Result<(), ActionError> {
    let unreadable = || ActionError::invalid("request", Problem::Malformed);
    let token = item.request.url.rsplit('/').next().unwrap_or_default().to_owned();
    let delivery = item.request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(ID));
    let delivery = delivery.map_or_else(|| item.id.to_string(), |(_, value)| value.clone());
    app.store
        .write(move |tx| {
            let (source, _) = sources::find_by_token(tx, &token)?.ok_or_else(unreadable)?;
            let new = payload::read(source.inbox, &item.request.body);
            let new = new.map_err(|_problem| unreadable())?;
            receive(tx, &source, &delivery, new)?;
            let now = tx.now;
            if !quarantine::resolve(tx, item.id, caller.user_id(), "replayed", now)? {
                return Err(ActionError::TooLate);
            }
            tx.audit(&caller.actor, "quarantine.replay", Object::new("quarantine", item.id.0));
            Ok(())
        })
        .await
}

/// The same in a transaction there is.
fn receive(tx: &mut Tx, source: &Source, delivery: &str, new: New) -> Result<Entered, ActionError> {
    if let Some(before) = sources::delivered(tx, source.id, delivery)? {
        let application = applications::visible_to(tx, &Sight::All, before)?;
        return Ok(Entered { application, is_new: false });
    }
    let new = New { inbox: source.inbox, ..new };
    let caller = Caller::house(Actor::system());
    let entered = enter::enter(tx, &caller, source.id.0, new)?;
    enter::note(tx, &caller, &entered);
    let now = tx.now;
    sources::keep_delivery(tx, source.id, delivery, entered.application.id, now)?;
    Ok(entered)
}
