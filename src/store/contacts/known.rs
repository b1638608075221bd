//! Where contacts are known.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::schema::conversations;
use crate::domain::id::{ContactId, InboxId};
use crate::domain::user::Sight;

/// An inbox somebody is known in, and when the last message was there.
pub type Known = (InboxId, DateTime<Utc>);

/// The inboxes each of `ids` is known in, as far as `sight` goes; the last active first.
pub fn known_in(
    db: &mut Db,
    sight: &Sight,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Vec<Known>>, StoreError> {
    let rows: Vec<(ContactId, InboxId, NaiveDateTime)> = conversations::table
        .filter(conversations::contact_id.eq_any(ids))
        .order(conversations::last_message_at.desc())
        .select((
            conversations::contact_id,
            conversations::inbox_id,
            conversations::last_message_at,
        ))
        .load(&mut db.conn)?;
    let mut known: HashMap<ContactId, Vec<Known>> = HashMap::new();
    for (contact, inbox, at) in rows.into_iter().filter(|(_, inbox, _)| sight.sees(*inbox)) {
        known.entry(contact).or_default().push((inbox, at.and_utc()));
    }
    Ok(known)
}
