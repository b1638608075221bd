//! What the public page says of our numbers.

use crate::app::App;
use crate::domain::content_guard;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::SenderId;
use crate::domain::segment::normalise_body;
use crate::domain::sender::SenderAddress;
use crate::domain::sender_notice::{Carrier, SenderNotice};
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::{sender_notices, senders};

use super::{ActionError, Problem, access};

/// As long as a text may be.
const LONGEST_SAMPLE: usize = 660;
/// A department, a number, an address of a page.
const LONGEST_INQUIRIES: usize = 300;

/// Says of a number what it is for, what its texts look like and what carriers show.
///
/// # Errors
/// `Invalid` names `sample` or a carrier.
pub async fn publish(
    app: &App,
    caller: Caller,
    sender: SenderId,
    wanted: SenderNotice,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let notice = checked(wanted)?;
    app.store
        .write(move |tx| {
            senders::find(tx, sender)?;
            if sender_notices::find(tx, sender)?.as_ref() == Some(&notice) {
                return Ok(());
            }
            sender_notices::save(tx, sender, &notice)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "sender.publish", Object::new("sender", sender.0));
            Ok(())
        })
        .await
}

/// Says whom to ask about our texts.
///
/// # Errors
/// `Invalid` names `inquiries`.
pub async fn set_inquiries(app: &App, caller: Caller, text: &str) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let text = normalise_body(text).trim().to_owned();
    if text.chars().count() > LONGEST_INQUIRIES {
        return Err(ActionError::invalid("inquiries", Problem::TooLong));
    }
    app.store
        .write(move |tx| {
            if sender_notices::inquiries(tx)? == text {
                return Ok(());
            }
            sender_notices::set_inquiries(tx, &text)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let house = Object { kind: "house", id: None };
            tx.audit(&caller.actor, "sender.inquiries", house);
            Ok(())
        })
        .await
}

fn checked(wanted: SenderNotice) -> Result<SenderNotice, ActionError> {
    let sample = normalise_body(&wanted.sample).trim().to_owned();
    if sample.chars().count() > LONGEST_SAMPLE {
        return Err(ActionError::invalid("sample", Problem::TooLong));
    }
    // Everybody reads it: nobody's data, and nothing that looks like somebody's.
    if let Some(finding) = content_guard::inspect(&sample) {
        return Err(ActionError::invalid("sample", Problem::Secret(finding.kind)));
    }
    let mut shown = <[String; 4]>::default();
    for ((carrier, typed), number) in Carrier::ALL.iter().zip(&wanted.shown).zip(&mut shown) {
        if typed.trim().is_empty() {
            continue;
        }
        let read = SenderAddress::parse(typed)
            .map_err(|_error| ActionError::invalid(carrier.word(), Problem::Malformed))?;
        *number = read.as_str().to_owned();
    }
    Ok(SenderNotice { sample, shown, ..wanted })
}
