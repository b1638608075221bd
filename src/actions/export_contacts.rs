//! The contacts leave the house as a table; that they did is written down first.

use crate::app::App;
use crate::domain::contact_sheet::Encoding;
use crate::domain::id::ContactId;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::contact_fields::{self, Values};
use crate::store::contacts::{self, Contact};

use super::ActionError;

/// Contacts of one statement.
const CHUNK: i64 = 500;

/// Every number in use, with whoever it is and what is kept of them, the newest first.
pub async fn run(
    app: &App,
    caller: Caller,
    encoding: Encoding,
) -> Result<Vec<(Contact, Values)>, ActionError> {
    if !caller.role.may_administer() || caller.sight != Sight::All {
        return Err(ActionError::Forbidden);
    }
    let read = app.store.read(|db| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = contacts::all_numbers(db, after, CHUNK)?;
            let Some(last) = page.last() else { return Ok::<_, ActionError>(all) };
            after = Some(last.id);
            let persons: Vec<ContactId> = page.iter().map(|one| one.person).collect();
            let values = contact_fields::of_persons(db, &persons)?;
            let with = |contact: Contact| {
                let values = values.get(&contact.person).cloned().unwrap_or_default();
                (contact, values)
            };
            all.extend(page.into_iter().map(with));
        }
    });
    let all = read.await?;
    let detail = format!("{} contacts, {}", all.len(), encoding.word());
    app.store
        .write(move |tx| {
            let object = Object { kind: "house", id: None };
            tx.audit_with(&caller.actor, "contact.export", object, detail.clone());
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(all)
}
