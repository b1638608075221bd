//! The candidate's own copy of an invitation, where mail reaches them.
//!
//! It names nobody but them and the house: neither who else is there nor where the house
//! keeps what it knows of them. So it is an event of its own for calendars, too: one that
//! has both of them would else take the words of one for the other's.

use super::super::House;
use crate::actions::ActionError;
use crate::clock::fresh_id;
use crate::domain::appointment::invitation::Invitation;
use crate::domain::message::Purpose;
use crate::domain::opt_out;
use crate::mail::{InvitationLetter, Letterhead};
use crate::store::appointment_offers::Offer;
use crate::store::conversations::Conversation;
use crate::store::mails::{self, NewMail};
use crate::store::{Tx, contact_fields};

/// Tells the candidate what `told` tells the interviewers. False where no mail reaches
/// them, or they want to hear nothing.
pub(super) fn tell(
    tx: &mut Tx,
    letterhead: &Letterhead,
    house: &House,
    (found, offer): (&Conversation, &Offer),
    told: &Invitation,
    is_new: bool,
) -> Result<bool, ActionError> {
    if found.contact.opted_out.is_some_and(|scope| opt_out::blocks(scope, Purpose::Notice)) {
        return Ok(false);
    }
    let person = found.contact.person;
    let address = contact_fields::mail_addresses(tx, &[person])?.remove(&person);
    let Some(address) = address else { return Ok(false) };
    let (t, now) = (house.locale, tx.now);
    let name = found.contact.name.as_deref();
    let page = offer.page.as_ref().map(|page| format!("\n{}", page.as_str()));
    let invitation = Invitation {
        uid: format!("candidate-{}", told.uid),
        summary: t.mail_invitation_with(&house.name, &offer.title),
        description: format!("{}{}", t.mail_invitation_candidate(), page.unwrap_or_default()),
        attendees: vec![(name.unwrap_or(&address).to_owned(), address.clone())],
        ..told.clone()
    };
    let letter = InvitationLetter {
        name,
        address: &address,
        locale: t,
        invitation: &invitation,
        is_new,
        now,
    };
    let message = match letter.write(letterhead) {
        Ok(message) => message,
        // What stands in the field is no address: the booking stands all the same.
        Err(error) => {
            tracing::warn!(%error, "a candidate cannot be written to");
            return Ok(false);
        }
    };
    let mail = NewMail { id: fresh_id(), conversation: Some(found.id), to: address, message };
    mails::insert(tx, &mail, now)?;
    Ok(true)
}
