//! The contacts leave the house as a table; that they did is written down first.

use crate::app::App;
use crate::domain::contact_sheet::Encoding;
use crate::domain::id::ContactId;
use crate::domain::message::Purpose;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::consents::{self, Consent};
use crate::store::contact_fields::{self, Values};
use crate::store::contacts::{self, Contact};

use super::ActionError;

/// Contacts of one statement.
const CHUNK: i64 = 500;

/// A number in use, with whoever it is.
pub struct Exported {
    pub contact: Contact,
    /// What they last said of advertising.
    pub said: Option<Consent>,
    /// The house's own fields.
    pub values: Values,
}

/// Every number in use with what is kept of its contact, the newest first.
pub async fn run(
    app: &App,
    caller: Caller,
    encoding: Encoding,
) -> Result<Vec<Exported>, ActionError> {
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
            let said = consents::standing_of_persons(db, &persons, Purpose::Advertising)?;
            all.extend(page.into_iter().map(|contact| Exported {
                said: said.get(&contact.person).cloned(),
                values: values.get(&contact.person).cloned().unwrap_or_default(),
                contact,
            }));
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
