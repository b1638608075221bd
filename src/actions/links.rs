//! Short links: where they may lead, how one is made, and that it was followed.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::short_link::{Destination, DestinationError, LinkToken, Visitor, parse_host};
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::links::{self, Link, Made, NewLink};
use crate::store::{Db, Tx, conversations};

use super::{ActionError, Problem, access};

/// More and nobody knows any longer where our links lead.
const MOST_HOSTS: usize = 100;
/// Beyond that a link is no answer to anything.
const LONGEST_LIFE: TimeDelta = TimeDelta::days(366);

/// A link that somebody wants in a text.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub conversation: ConversationId,
    /// The text that carries it, where it is there already; else
    /// `store::links::attach` names it in the same transaction.
    pub message: Option<MessageId>,
    pub destination: String,
    pub expires_at: DateTime<Utc>,
}

/// Lets links lead to a host, from now on.
///
/// # Errors
/// `Invalid` names `host`.
pub async fn allow_host(app: &App, caller: Caller, host: &str) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    if host.trim().is_empty() {
        return Err(ActionError::invalid("host", Problem::Missing));
    }
    let host = parse_host(host).ok_or(ActionError::invalid("host", Problem::Malformed))?;
    app.store
        .write(move |tx| {
            if links::hosts(tx)?.len() >= MOST_HOSTS {
                return Err(ActionError::invalid("host", Problem::TooMany));
            }
            let now = tx.now;
            if !links::add_host(tx, &host, now)? {
                return Err(ActionError::invalid("host", Problem::Taken));
            }
            record(tx, &caller, "link_host.add", &host);
            Ok(())
        })
        .await
}

/// No link leads to the host any more, those that are out included.
pub async fn refuse_host(app: &App, caller: Caller, host: String) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    if parse_host(&host).as_ref() != Some(&host) {
        // It never was one.
        return Ok(());
    }
    app.store
        .write(move |tx| {
            if links::remove_host(tx, &host)? {
                record(tx, &caller, "link_host.remove", &host);
            }
            Ok(())
        })
        .await
}

/// Lets links lead where somebody who may say so wants them to, in a transaction that
/// says so.
///
/// # Errors
/// `Invalid` names `url`.
pub(super) fn allow_destination(
    tx: &mut Tx,
    caller: &Caller,
    address: &str,
) -> Result<(), ActionError> {
    let host = match destination(tx, address) {
        Ok(_allowed) => return Ok(()),
        Err(ActionError::Invalid { problem: Problem::ForeignHost, .. }) => parse_host(address),
        Err(error) => return Err(error),
    };
    let host = host.ok_or(ActionError::invalid("url", Problem::Malformed))?;
    if links::hosts(tx)?.len() >= MOST_HOSTS {
        return Err(ActionError::invalid("url", Problem::TooMany));
    }
    let now = tx.now;
    if links::add_host(tx, &host, now)? {
        record(tx, caller, "link_host.add", &host);
    }
    Ok(())
}

/// Whether a link may lead to `address`; asked when somebody writes it down, and
/// again when a link is made.
///
/// # Errors
/// `Invalid` names `url`.
pub fn destination(db: &mut Db, address: &str) -> Result<Destination, ActionError> {
    let refuse = |problem| ActionError::invalid("url", problem);
    let destination = Destination::parse(address).map_err(|error| match error {
        DestinationError::TooLong => refuse(Problem::TooLong),
        DestinationError::HasPlaceholder => refuse(Problem::PersonalData),
        DestinationError::Malformed | DestinationError::HasUser => refuse(Problem::Malformed),
    })?;
    match links::is_allowed(db, &destination)? {
        true => Ok(destination),
        false => Err(refuse(Problem::ForeignHost)),
    }
}

/// Makes a link in a transaction that sends it.
///
/// # Errors
/// `Invalid` names `url` or `expires_at`.
pub fn make(tx: &mut Tx, wanted: &Wanted) -> Result<Made, ActionError> {
    let now = tx.now;
    let destination = destination(tx, &wanted.destination)?;
    if wanted.expires_at <= now {
        return Err(ActionError::invalid("expires_at", Problem::InPast));
    }
    if wanted.expires_at > now + LONGEST_LIFE {
        return Err(ActionError::invalid("expires_at", Problem::TooFar));
    }
    let Wanted { conversation, message, expires_at, .. } = *wanted;
    let new = NewLink { conversation, message, destination, expires_at };
    Ok(links::create(tx, &new, now)?)
}

/// Somebody goes on: where to. A person's open is on record before they do,
/// unless the house can write nothing; a machine's is none.
///
/// `None` for a link that is unknown, over, or leads where none may.
pub async fn open(
    app: &App,
    token: LinkToken,
    visitor: Visitor,
) -> Result<Option<Destination>, ActionError> {
    let now = app.clock.now();
    let asked = token.clone();
    let found = app
        .store
        .read(move |db| {
            let Some(link) = links::find_good(db, &asked, now)? else { return Ok(None) };
            let is_news = links::is_news(db, link.id, now)?;
            Ok::<_, ActionError>(Some((link, is_news)))
        })
        .await?;
    let Some((link, is_news)) = found else { return Ok(None) };
    if visitor == Visitor::Person && is_news {
        let opened = link.clone();
        match app.store.write(move |tx| record_open(tx, &opened)).await {
            // Whoever wants to read does not wait for our count.
            Err(ActionError::Store(error)) if error.will_pass() => {
                tracing::warn!(%error, link.id = %link.id, "an open was not counted");
            }
            done => done?,
        }
    }
    Ok(Some(link.destination))
}

fn record_open(tx: &mut Tx, link: &Link) -> Result<(), ActionError> {
    let now = tx.now;
    // A second press may have been faster.
    if links::is_news(tx, link.id, now)? {
        links::record_open(tx, link.id, now)?;
        let inbox = conversations::find(tx, link.conversation)?.inbox_id;
        let opened = NewEvent::conversation(EventKind::LinkOpened, inbox, link.conversation);
        tx.event(NewEvent { message_id: link.message, ..opened });
    }
    Ok(())
}

fn record(tx: &mut Tx, caller: &Caller, action: &'static str, host: &str) {
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    let object = Object { kind: "link_host", id: None };
    tx.audit_with(&caller.actor, action, object, host.to_owned());
}
