//! The cases of a conversation: from open to closed, one after the other.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::domain::id::{CaseId, ConversationId, UserId};
use crate::store::StoreError;
use crate::store::connection::Db;
use crate::store::schema::cases;

/// A span from open to closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<UserId>,
}

impl Case {
    /// Over as soon as it began, and by nobody: a text of ours that nobody has
    /// answered yet.
    pub fn is_empty(&self) -> bool {
        self.closed_by.is_none() && self.closed_at == Some(self.opened_at)
    }
}

/// The newest cases of a conversation, newest first.
pub fn cases_of(db: &mut Db, conversation: ConversationId) -> Result<Vec<Case>, StoreError> {
    const ENOUGH: i64 = 20;
    let rows: Vec<Row> = cases::table
        .filter(cases::conversation_id.eq(conversation))
        .order((cases::opened_at.desc(), cases::id.desc()))
        .limit(ENOUGH)
        .select((cases::id, cases::opened_at, cases::closed_at, cases::closed_by))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// The cases of a conversation that began from `from` to `until`, oldest first.
pub fn cases_begun(
    db: &mut Db,
    conversation: ConversationId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<Row> = cases::table
        .filter(cases::conversation_id.eq(conversation))
        .filter(cases::opened_at.between(from.naive_utc(), until.naive_utc()))
        .order((cases::opened_at, cases::id))
        .select((cases::id, cases::opened_at, cases::closed_at, cases::closed_by))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(read).collect())
}

type Row = (CaseId, NaiveDateTime, Option<NaiveDateTime>, Option<UserId>);

fn read((id, opened_at, closed_at, closed_by): Row) -> Case {
    let closed_at = closed_at.map(|at| at.and_utc());
    Case { id, opened_at: opened_at.and_utc(), closed_at, closed_by }
}
