//! A table of contacts is taken in, all of it or nothing.

use std::collections::HashMap;

use crate::app::App;
use crate::domain::contact_sheet::{Change, MOST_ROWS, SheetRow};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ContactId, InboxId};
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::contacts::{self, Contact};
use crate::store::{Db, StoreError, Tx, conversations, inboxes, optional};

use super::{ActionError, Problem};

/// Rows of one statement.
const CHUNK: usize = 500;

/// What became, or would become, of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    pub renamed: usize,
    pub unchanged: usize,
}

/// Makes the contacts that are missing, for the people of `inbox` to see, and
/// renames those the table calls otherwise. The same table again changes nothing.
pub async fn run(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    rows: Vec<SheetRow>,
) -> Result<Imported, ActionError> {
    app.store
        .write(move |tx| {
            if !caller.role.may_administer() {
                return Err(ActionError::Forbidden);
            }
            if !caller.sight.sees(inbox) || optional(inboxes::find(tx, inbox))?.is_none() {
                return Err(ActionError::invalid("inbox_id", Problem::Unknown));
            }
            if rows.len() > MOST_ROWS {
                return Err(ActionError::invalid("file", Problem::TooMany));
            }
            let mut outcome = Imported::default();
            for rows in rows.chunks(CHUNK) {
                take(tx, inbox, rows, &mut outcome)?;
            }
            let Imported { added, renamed, unchanged } = outcome;
            let detail = format!("added {added}, renamed {renamed}, unchanged {unchanged}");
            tx.audit_with(&caller.actor, "contact.import", Object::new("inbox", inbox.0), detail);
            Ok(outcome)
        })
        .await
}

/// What each row would change, as things stand.
pub fn changes(db: &mut Db, rows: &[SheetRow]) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(rows.len());
    for rows in rows.chunks(CHUNK) {
        let known = known(db, rows)?;
        changes.extend(rows.iter().map(|row| change(row, &known)));
    }
    Ok(changes)
}

impl Imported {
    pub fn count(&mut self, change: Change) {
        *match change {
            Change::Added => &mut self.added,
            Change::Renamed => &mut self.renamed,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }
}

fn take(
    tx: &mut Tx,
    inbox: InboxId,
    rows: &[SheetRow],
    outcome: &mut Imported,
) -> Result<(), StoreError> {
    let known = known(tx, rows)?;
    let mut new = Vec::new();
    let mut ids: Vec<ContactId> = known.values().map(|contact| contact.id).collect();
    for row in rows {
        let change = change(row, &known);
        outcome.count(change);
        match change {
            Change::Added => new.push((row.number.as_str(), row.name.as_deref())),
            Change::Renamed => rename(tx, &known[row.number.as_str()], row)?,
            Change::Unchanged => {}
        }
    }
    let now = tx.now;
    ids.extend(contacts::insert_all(tx, &new, now)?.iter().map(|contact| contact.id));
    contacts::show_to(tx, inbox, &ids, now)
}

fn rename(tx: &mut Tx, contact: &Contact, row: &SheetRow) -> Result<(), StoreError> {
    contacts::rename(tx, contact.id, row.name.as_deref())?;
    for thread in conversations::visible_of_person(tx, &Sight::All, contact.person)? {
        let updated = EventKind::ConversationUpdated;
        tx.event(NewEvent::conversation(updated, thread.inbox_id, thread.id));
    }
    Ok(())
}

fn known(db: &mut Db, rows: &[SheetRow]) -> Result<HashMap<String, Contact>, StoreError> {
    let numbers: Vec<String> = rows.iter().map(|row| row.number.as_str().to_owned()).collect();
    contacts::find_all_by_address(db, &numbers)
}

fn change(row: &SheetRow, known: &HashMap<String, Contact>) -> Change {
    row.change(known.get(row.number.as_str()).map(|contact| contact.name.as_deref()))
}
