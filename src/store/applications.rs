//! Contacts who applied for a job, and each step of the way.
//!
//! What they applied for is sealed with their key; the name that a source knows an
//! application by is found by a keyed hash of it. Where they come from is in clear: it is
//! a word of the house's and says nothing of anybody.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Db;
use super::contacts::{self, AddressRow, Contact, ContactRow};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::messages::Position;
use super::schema::{application_moves, applications, contact_addresses, conversations};
use super::seal::{Place, if_whole, place, show};
use crate::clock::fresh_id;
use crate::domain::application::{Cause, Step};
use crate::domain::id::{ApplicationId, ContactId, ConversationId, InboxId, MediumId, UserId};
use crate::domain::user::Sight;

pub mod media;
pub mod report;
pub mod sources;

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub inbox: InboxId,
    pub contact: ContactId,
    pub external_id: Option<String>,
    pub job: Option<String>,
    pub medium: Option<MediumId>,
    pub recruiter: Option<UserId>,
    pub step: Step,
    pub applied_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// One step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub step: Step,
    pub cause: Cause,
    pub user: Option<UserId>,
    pub at: DateTime<Utc>,
}

/// Which applications are wanted; of those that somebody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub inbox: Option<InboxId>,
    pub contacts: Option<Vec<ContactId>>,
    /// Any where there is none.
    pub steps: Vec<Step>,
    pub recruiter: Option<UserId>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = applications)]
struct Row {
    id: ApplicationId,
    inbox_id: InboxId,
    contact_id: ContactId,
    external_index: Option<Vec<u8>>,
    external_id_sealed: Option<Vec<u8>>,
    job_sealed: Option<Vec<u8>>,
    medium_id: Option<MediumId>,
    recruiter_id: Option<UserId>,
    step: String,
    applied_at: NaiveDateTime,
    created_at: NaiveDateTime,
}

impl Application {
    /// Where it stands in a list, the newest first.
    pub fn position(&self) -> Position {
        Position { at: self.applied_at, id: self.id.0 }
    }
}

/// What an application is known by, of all that came the same way.
pub fn index(db: &Db, way: Uuid, name: &str) -> Vec<u8> {
    db.vault.application_index(way, name)
}

/// Keeps an application with its first step.
pub fn insert(
    db: &mut Db,
    one: &Application,
    external_index: Option<Vec<u8>>,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    let key = contacts::key(db, one.contact)?;
    let sealed = |column, text: &Option<String>| {
        text.as_ref().map(|text| key.seal_text(sealed_in(column, one.id), text))
    };
    let row = Row {
        id: one.id,
        inbox_id: one.inbox,
        contact_id: one.contact,
        external_index,
        external_id_sealed: sealed("external_id_sealed", &one.external_id),
        job_sealed: sealed("job_sealed", &one.job),
        medium_id: one.medium,
        recruiter_id: one.recruiter,
        step: one.step.word().to_owned(),
        applied_at: one.applied_at.naive_utc(),
        created_at: one.created_at.naive_utc(),
    };
    diesel::insert_into(applications::table).values(row).execute(&mut db.conn)?;
    let step = Move { step: one.step, cause: Cause::Received, user, at: one.created_at };
    note(db, one.id, &step)
}

fn note(db: &mut Db, id: ApplicationId, one: &Move) -> Result<(), StoreError> {
    let row = (
        application_moves::id.eq(fresh_id::<RowId>()),
        application_moves::application_id.eq(id),
        application_moves::step.eq(one.step.word()),
        application_moves::cause.eq(one.cause.word()),
        application_moves::user_id.eq(one.user),
        application_moves::at.eq(one.at.naive_utc()),
    );
    diesel::insert_into(application_moves::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// Moves an application from a step. False where it was not there any more.
pub fn advance(db: &mut Db, id: ApplicationId, from: Step, to: &Move) -> Result<bool, StoreError> {
    let moved = diesel::update(applications::table.find(id))
        .filter(applications::step.eq(from.word()))
        .set(applications::step.eq(to.step.word()))
        .execute(&mut db.conn)?;
    if moved == 1 {
        note(db, id, to)?;
    }
    Ok(moved == 1)
}

/// Keeps what is said anew: the job, where it came from, and who sees to it.
pub fn amend(db: &mut Db, one: &Application) -> Result<(), StoreError> {
    let key = contacts::key(db, one.contact)?;
    let job = one.job.as_ref().map(|job| key.seal_text(sealed_in("job_sealed", one.id), job));
    diesel::update(applications::table.find(one.id))
        .set((
            applications::job_sealed.eq(job),
            applications::medium_id.eq(one.medium),
            applications::recruiter_id.eq(one.recruiter),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The application, for whoever sees its inbox.
pub fn visible_to(
    db: &mut Db,
    sight: &Sight,
    id: ApplicationId,
) -> Result<Application, StoreError> {
    let row: Row = applications::table.find(id).select(Row::as_select()).first(&mut db.conn)?;
    match sight.sees(row.inbox_id) {
        true => read(db, row),
        false => Err(StoreError::NotFound),
    }
}

/// The one that a source knows by that name, of which this is the keyed hash.
pub fn find_by_index(db: &mut Db, index: &[u8]) -> Result<Option<Application>, StoreError> {
    let row: Option<Row> = applications::table
        .filter(applications::external_index.eq(index))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// All of a contact in an inbox, the newest first.
pub fn of_contact(
    db: &mut Db,
    inbox: InboxId,
    contact: ContactId,
) -> Result<Vec<Application>, StoreError> {
    let rows: Vec<Row> = applications::table
        .filter(applications::contact_id.eq(contact))
        .filter(applications::inbox_id.eq(inbox))
        .order((applications::applied_at.desc(), applications::id.desc()))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The newest of a contact in an inbox that is under way, as far as its steps go.
pub fn under_way(
    db: &mut Db,
    inbox: InboxId,
    contact: ContactId,
) -> Result<Option<(ApplicationId, Step)>, StoreError> {
    let open: Vec<&str> = Step::open().map(Step::word).collect();
    let found: Option<(ApplicationId, String)> = applications::table
        .filter(applications::contact_id.eq(contact))
        .filter(applications::inbox_id.eq(inbox))
        .filter(applications::step.eq_any(open))
        .order((applications::applied_at.desc(), applications::id.desc()))
        .select((applications::id, applications::step))
        .first(&mut db.conn)
        .optional()?;
    found
        .map(|(id, step)| Ok((id, known(Step::from_word(&step), "applications.step", &step)?)))
        .transpose()
}

/// Up to `limit` of those wanted after `after`, the newest first.
pub fn page(
    db: &mut Db,
    sight: &Sight,
    wanted: &Wanted,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    let mut query = applications::table
        .order((applications::applied_at.desc(), applications::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Sight::Inboxes(inboxes) = sight {
        query = query.filter(applications::inbox_id.eq_any(inboxes.clone()));
    }
    if let Some(inbox) = wanted.inbox {
        query = query.filter(applications::inbox_id.eq(inbox));
    }
    if let Some(contacts) = &wanted.contacts {
        query = query.filter(applications::contact_id.eq_any(contacts.clone()));
    }
    if !wanted.steps.is_empty() {
        let words: Vec<&str> = wanted.steps.iter().map(|step| step.word()).collect();
        query = query.filter(applications::step.eq_any(words));
    }
    if let Some(recruiter) = wanted.recruiter {
        query = query.filter(applications::recruiter_id.eq(recruiter));
    }
    if let Some(Position { at, id }) = after {
        let (at, id) = (at.naive_utc(), ApplicationId(id));
        let is_older = applications::applied_at
            .lt(at)
            .or(applications::applied_at.eq(at).and(applications::id.lt(id)));
        query = query.filter(is_older);
    }
    let rows: Vec<Row> = query.load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Whether somebody sees any.
pub fn has_any(db: &mut Db, sight: &Sight) -> Result<bool, StoreError> {
    let mut query = applications::table.select(applications::id).into_boxed();
    if let Sight::Inboxes(inboxes) = sight {
        query = query.filter(applications::inbox_id.eq_any(inboxes));
    }
    let any: Option<ApplicationId> = query.first(&mut db.conn).optional()?;
    Ok(any.is_some())
}

/// How a contact's application in an inbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub id: ApplicationId,
    pub step: Step,
    pub recruiter: Option<UserId>,
}

/// How the applications of these contacts stand, by inbox and contact: of several the
/// newest that is under way, else the newest.
pub fn standing(
    db: &mut Db,
    contacts: &[ContactId],
) -> Result<HashMap<(InboxId, ContactId), Standing>, StoreError> {
    let mut found: HashMap<(InboxId, ContactId), Standing> = HashMap::new();
    for ids in contacts.chunks(CHUNK) {
        type Known = (InboxId, ContactId, ApplicationId, String, Option<UserId>);
        let rows: Vec<Known> = applications::table
            .filter(applications::contact_id.eq_any(ids))
            .order((applications::applied_at, applications::id))
            .select((
                applications::inbox_id,
                applications::contact_id,
                applications::id,
                applications::step,
                applications::recruiter_id,
            ))
            .load(&mut db.conn)?;
        for (inbox, contact, id, step, recruiter) in rows {
            let step = known(Step::from_word(&step), "applications.step", &step)?;
            let before = found.get(&(inbox, contact));
            if !step.is_end() || before.is_none_or(|before| before.step.is_end()) {
                found.insert((inbox, contact), Standing { id, step, recruiter });
            }
        }
    }
    Ok(found)
}

/// How many there are at each step, of those that somebody sees.
pub fn counts(
    db: &mut Db,
    sight: &Sight,
    recruiter: Option<UserId>,
) -> Result<HashMap<Step, i64>, StoreError> {
    let inboxes = super::inboxes::in_sight(db, sight)?;
    let mut found = HashMap::new();
    for step in Step::ALL.iter().copied() {
        let mut query = applications::table
            .filter(applications::inbox_id.eq_any(inboxes.clone()))
            .filter(applications::step.eq(step.word()))
            .select(count_star())
            .into_boxed();
        if let Some(recruiter) = recruiter {
            query = query.filter(applications::recruiter_id.eq(recruiter));
        }
        found.insert(step, query.first(&mut db.conn)?);
    }
    Ok(found)
}

/// The way of an application, the oldest step first.
pub fn moves(db: &mut Db, id: ApplicationId) -> Result<Vec<Move>, StoreError> {
    let rows: Vec<(String, String, Option<UserId>, NaiveDateTime)> = application_moves::table
        .filter(application_moves::application_id.eq(id))
        .order((application_moves::at, application_moves::id))
        .select((
            application_moves::step,
            application_moves::cause,
            application_moves::user_id,
            application_moves::at,
        ))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(step, cause, user, at)| {
            Ok(Move {
                step: known(Step::from_word(&step), "application_moves.step", &step)?,
                cause: known(Cause::from_word(&cause), "application_moves.cause", &cause)?,
                user,
                at: at.and_utc(),
            })
        })
        .collect()
}

/// Who these contacts are, with a number that is in use.
pub fn people(db: &mut Db, ids: &[ContactId]) -> Result<HashMap<ContactId, Contact>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(ContactRow, AddressRow)> = contact_addresses::table
            .inner_join(super::schema::contacts::table)
            .filter(contact_addresses::is_current.eq(true))
            .filter(super::schema::contacts::id.eq_any(ids))
            .order(contact_addresses::id)
            .select((ContactRow::as_select(), AddressRow::as_select()))
            .load(&mut db.conn)?;
        for rows in rows {
            let contact = contacts::read(db, rows)?;
            found.insert(contact.id, contact);
        }
    }
    Ok(found)
}

/// The conversations of these contacts, by inbox and contact.
pub fn threads(
    db: &mut Db,
    ids: &[ContactId],
) -> Result<HashMap<(InboxId, ContactId), ConversationId>, StoreError> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(InboxId, ContactId, ConversationId)> = conversations::table
            .filter(conversations::contact_id.eq_any(ids))
            .select((conversations::inbox_id, conversations::contact_id, conversations::id))
            .load(&mut db.conn)?;
        found.extend(rows.into_iter().map(|(inbox, contact, id)| ((inbox, contact), id)));
    }
    Ok(found)
}

fn sealed_in(column: &'static str, id: ApplicationId) -> Place {
    place("applications", column, id)
}

fn read(db: &mut Db, row: Row) -> Result<Application, StoreError> {
    let key = if_whole(contacts::key(db, row.contact_id))?;
    let shown = |column, sealed: Option<Vec<u8>>| {
        let sealed = sealed.map(|sealed| show(key.as_deref(), sealed_in(column, row.id), &sealed));
        sealed.transpose()
    };
    Ok(Application {
        id: row.id,
        inbox: row.inbox_id,
        contact: row.contact_id,
        external_id: shown("external_id_sealed", row.external_id_sealed)?,
        job: shown("job_sealed", row.job_sealed)?,
        medium: row.medium_id,
        recruiter: row.recruiter_id,
        step: known(Step::from_word(&row.step), "applications.step", &row.step)?,
        applied_at: row.applied_at.and_utc(),
        created_at: row.created_at.and_utc(),
    })
}
