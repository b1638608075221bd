//! A table of contacts is taken in, all of it or nothing.

use std::collections::HashMap;

use crate::app::App;
use crate::domain::contact_sheet::{Change, MOST_ROWS, SheetRow};
use crate::domain::id::{ContactId, InboxId};
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::contact_fields::{self as stored, Values};
use crate::store::contacts::{self, Contact};
use crate::store::{Db, StoreError, Tx, inboxes, optional};

use super::{ActionError, Problem, contact_fields};

/// Rows of one statement.
const CHUNK: usize = 500;

/// What became, or would become, of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Makes the contacts that are missing, for the people of `inbox` to see, and gives
/// the others the names and values the table has. The same table again changes nothing.
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
            let Imported { added, changed, unchanged } = outcome;
            let detail = format!("added {added}, changed {changed}, unchanged {unchanged}");
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
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }
}

fn take(
    tx: &mut Tx,
    inbox: InboxId,
    rows: &[SheetRow],
    outcome: &mut Imported,
) -> Result<(), ActionError> {
    let known = known(tx, rows)?;
    let mut new = Vec::new();
    let mut ids: Vec<ContactId> = known.values().map(|(contact, _)| contact.id).collect();
    for row in rows {
        let change = change(row, &known);
        outcome.count(change);
        match change {
            Change::Added => new.push((row.number.as_str(), row.name.as_deref())),
            Change::Changed => update(tx, &known[row.number.as_str()].0, row)?,
            Change::Unchanged => {}
        }
    }
    let now = tx.now;
    let made = contacts::insert_all(tx, &new, now)?;
    let by_number: HashMap<&str, &SheetRow> =
        rows.iter().map(|row| (row.number.as_str(), row)).collect();
    for contact in &made {
        if let Some(row) = by_number.get(contact.address.as_str()) {
            fill(tx, contact.id, row)?;
        }
    }
    ids.extend(made.iter().map(|contact| contact.id));
    Ok(contacts::show_to(tx, inbox, &ids, now)?)
}

fn update(tx: &mut Tx, contact: &Contact, row: &SheetRow) -> Result<(), ActionError> {
    if row.name.is_some() {
        contacts::rename(tx, contact.id, row.name.as_deref())?;
    }
    fill(tx, contact.person, row)?;
    Ok(contact_fields::tell(tx, contact.person)?)
}

fn fill(tx: &mut Tx, person: ContactId, row: &SheetRow) -> Result<(), ActionError> {
    if !row.values.is_empty() {
        contact_fields::keep(tx, person, &row.values.iter().cloned().collect())?;
    }
    Ok(())
}

/// Whoever has one of the numbers, and what is kept of them.
type Known = HashMap<String, (Contact, Values)>;

fn known(db: &mut Db, rows: &[SheetRow]) -> Result<Known, StoreError> {
    let numbers: Vec<String> = rows.iter().map(|row| row.number.as_str().to_owned()).collect();
    let found = contacts::find_all_by_address(db, &numbers)?;
    let persons: Vec<ContactId> = found.values().map(|contact| contact.person).collect();
    let values = stored::of_persons(db, &persons)?;
    let with = |contact: Contact| {
        let values = values.get(&contact.person).cloned().unwrap_or_default();
        (contact, values)
    };
    Ok(found.into_iter().map(|(number, contact)| (number, with(contact))).collect())
}

fn change(row: &SheetRow, known: &Known) -> Change {
    let known = known.get(row.number.as_str());
    row.change(known.map(|(contact, values)| (contact.name.as_deref(), values)))
}
