//! Where contacts are known.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::schema::{contacts, conversations};
use crate::domain::id::{ContactId, InboxId};
use crate::domain::user::Sight;

/// An inbox somebody is known in, and when the last message was there.
pub type Known = (InboxId, DateTime<Utc>);

/// The inboxes each of these persons is known in, as far as `sight` goes; the last
/// active first.
pub fn known_in(
    db: &mut Db,
    sight: &Sight,
    persons: &[ContactId],
) -> Result<HashMap<ContactId, Vec<Known>>, StoreError> {
    let rows: Vec<(ContactId, Option<ContactId>, InboxId, NaiveDateTime)> = conversations::table
        .inner_join(contacts::table)
        .filter(contacts::id.eq_any(persons).or(contacts::person_id.eq_any(persons)))
        .order(conversations::last_message_at.desc())
        .select((
            contacts::id,
            contacts::person_id,
            conversations::inbox_id,
            conversations::last_message_at,
        ))
        .load(&mut db.conn)?;
    let mut known: HashMap<ContactId, Vec<Known>> = HashMap::new();
    for (contact, person, inbox, at) in rows.into_iter().filter(|(.., inbox, _)| sight.sees(*inbox))
    {
        let known = known.entry(person.unwrap_or(contact)).or_default();
        if known.iter().all(|(other, _)| *other != inbox) {
            known.push((inbox, at.and_utc()));
        }
    }
    Ok(known)
}
