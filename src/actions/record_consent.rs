//! What a contact agrees to is written down, with how we know of it.
//!
//! Taking consent back is a stop (`record_opt_out`); what is written here gives it,
//! or gives it again after a stop.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::consent::{ConsentSource, Decision, LONGEST_WORDING};
use crate::domain::id::ContactId;
use crate::domain::message::Purpose;
use crate::domain::opt_out::OptOutScope;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::consents::{self, NewConsent};
use crate::store::contacts::{self, Contact};
use crate::store::ids::RowId;
use crate::store::{StoreError, Tx, opt_outs};

use super::record_opt_out::{tell, to_answer};
use super::{ActionError, Problem};

/// That somebody agrees to advertising.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub source: ConsentSource,
    /// None: at this moment.
    pub said_at: Option<DateTime<Utc>>,
    /// What they agreed to, or where the proof lies.
    pub wording: String,
}

/// Writes it down, and ends a stop of advertising that is older.
///
/// # Errors
/// `Invalid` names `given_on` where it is in the future or before they last said
/// no, `wording` where it is too long, `purpose` where every text is stopped: that
/// is ended first, by another verb.
pub async fn give(
    app: &App,
    caller: Caller,
    contact: ContactId,
    agreement: Agreement,
) -> Result<RowId, ActionError> {
    app.store
        .write(move |tx| {
            let (person, threads) = to_answer(tx, &caller, contact)?;
            let id = write(tx, &caller.actor, person, &agreement)?;
            tell(tx, &caller, &threads, SystemLine::Consented)?;
            Ok(id)
        })
        .await
}

/// [`give`] as a part of something larger.
pub(super) fn write(
    tx: &mut Tx,
    actor: &Actor,
    person: ContactId,
    agreement: &Agreement,
) -> Result<RowId, ActionError> {
    let now = tx.now;
    let wording = agreement.wording.trim();
    if wording.chars().count() > LONGEST_WORDING {
        return Err(ActionError::invalid("wording", Problem::TooLong));
    }
    let said_at = agreement.said_at.unwrap_or(now);
    if said_at > now {
        return Err(ActionError::invalid("given_on", Problem::InFuture));
    }
    let purpose = Purpose::Advertising;
    let members = contacts::of_person(tx, person)?;
    if members.iter().any(|one| one.opted_out == Some(OptOutScope::All)) {
        return Err(ActionError::invalid("purpose", Problem::OptedOut));
    }
    let before = consents::standing_of(tx, person, purpose)?;
    let refused_at = before.filter(|one| one.decision == Decision::Withdrawn);
    let refused_at = refused_at.map(|one| one.said_at).max(stopped_since(tx, &members)?);
    if refused_at.is_some_and(|at| at >= said_at) {
        return Err(ActionError::invalid("given_on", Problem::BeforeStop));
    }
    for one in &members {
        opt_outs::end(tx, one, now)?;
    }
    let new = NewConsent {
        purpose,
        decision: Decision::Given,
        source: agreement.source,
        wording: Some(wording.to_owned()).filter(|wording| !wording.is_empty()),
        actor: actor.user_id(),
        said_at,
    };
    let id = consents::insert(tx, person, &new, now)?;
    let detail = format!("{} {}", purpose.word(), agreement.source.word());
    tx.audit_with(actor, "contact.consent", Object::new("contact", person.0), detail);
    Ok(id)
}

/// Since when a stop of advertising has been in force.
fn stopped_since(tx: &mut Tx, members: &[Contact]) -> Result<Option<DateTime<Utc>>, StoreError> {
    members.first().map_or(Ok(None), |first| opt_outs::since(tx, first))
}

/// A start word gives back what a stop word had taken, and nothing more: whoever had
/// not agreed to advertising before has not now.
pub(super) fn resume(tx: &mut Tx, contact: &Contact) -> Result<(), StoreError> {
    let (purpose, now) = (Purpose::Advertising, tx.now);
    let had = consents::of_person(tx, contact.person)?;
    let had = had.iter().any(|one| one.purpose == purpose && one.decision == Decision::Given);
    if had {
        let new = NewConsent {
            purpose,
            decision: Decision::Given,
            source: ConsentSource::Reply,
            wording: None,
            actor: None,
            said_at: now,
        };
        consents::insert(tx, contact.id, &new, now)?;
    }
    Ok(())
}
