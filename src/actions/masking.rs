//! Masked numbers: who sees them, and one that is shown after all.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ContactId;
use crate::domain::user::{Caller, Role};
use crate::store::audit::Object;
use crate::store::contacts::{self, Address};
use crate::store::ids::RowId;
use crate::store::{StoreError, masking, users};

use super::{ActionError, access};

/// Shows masked numbers to `roles` and to no others, at once: open sockets look
/// again by the event.
pub async fn set(app: &App, caller: Caller, roles: Vec<Role>) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let before = masking::masked_roles(tx)?;
            let is_in = |roles: &[Role], role: &Role| roles.contains(role);
            let after: Vec<Role> = Role::ALL
                .iter()
                .copied()
                .filter(|role| is_in(&roles, role) && !role.may_administer())
                .collect();
            if before == after {
                return Ok(());
            }
            masking::set_masked_roles(tx, &after)?;
            for user in users::all(tx)? {
                if is_in(&before, &user.role) != is_in(&after, &user.role) {
                    tx.event(NewEvent::new(EventKind::AccessChanged).of_user(user.id));
                }
            }
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let words: Vec<&str> = after.iter().map(|role| role.word()).collect();
            let house = Object { kind: "house", id: None };
            tx.audit_with(&caller.actor, "masking.change", house, words.join(" "));
            Ok(())
        })
        .await
}

/// A number of a contact, whole: the one `wanted`, else the one in use. It is on
/// record before it is on the screen; the number itself is not in the record.
///
/// # Errors
/// `NotFound` where the caller does not see the contact, or it has no such number.
pub async fn reveal(
    app: &App,
    caller: Caller,
    contact: ContactId,
    wanted: Option<RowId>,
) -> Result<Address, ActionError> {
    app.store
        .write(move |tx| {
            if !contacts::is_seen(tx, &caller.sight, contact)? {
                return Err(StoreError::NotFound.into());
            }
            let person = contacts::person_of(tx, contact)?;
            let found = contacts::addresses(tx, person)?.into_iter().find(|one| match wanted {
                Some(id) => one.id == id,
                None => one.contact == contact && one.is_current,
            });
            let found = found.ok_or(StoreError::NotFound)?;
            let object = Object::new("contact", found.contact.0);
            tx.audit(&caller.actor, "contact.reveal", object);
            Ok(found)
        })
        .await
}
