//! Who signs in, and which inboxes they belong to.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::{memberships, team_inboxes, team_members, teams, users};
use super::seal::{Vault, place};
use crate::domain::id::{InboxId, UserId};
use crate::domain::user::{Notify, NotifyScope, Role};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password_hash: String,
    pub locale: String,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// Whether Enter sends, or Ctrl+Enter only.
    pub enter_sends: bool,
    pub notify: Notify,
    /// Whether a new text is heard.
    pub sound: bool,
    pub notify_scope: NotifyScope,
    pub disabled_at: Option<DateTime<Utc>>,
}

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = users)]
#[diesel(treat_none_as_null = true)]
struct UserRow {
    id: UserId,
    email_index: Vec<u8>,
    email_sealed: Vec<u8>,
    name_sealed: Vec<u8>,
    role: String,
    password_hash: String,
    locale: String,
    theme: String,
    enter_sends: bool,
    notify: String,
    sound: bool,
    notify_scope: String,
    disabled_at: Option<NaiveDateTime>,
}

pub fn find(db: &mut Db, id: UserId) -> Result<User, StoreError> {
    let row = users::table.find(id).select(UserRow::as_select()).first(&mut db.conn)?;
    read(&db.vault, row)
}

pub fn find_by_email(db: &mut Db, email: &str) -> Result<Option<User>, StoreError> {
    let index = db.vault.email_index(email);
    let row = users::table
        .filter(users::email_index.eq(index))
        .select(UserRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(&db.vault, row)).transpose()
}

/// Everybody, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<User>, StoreError> {
    let rows: Vec<UserRow> =
        users::table.order(users::id).select(UserRow::as_select()).load(&mut db.conn)?;
    rows.into_iter().map(|row| read(&db.vault, row)).collect()
}

/// Fails if the keys are not those of this database. Passes on an empty one.
pub fn check_key(db: &mut Db) -> Result<(), StoreError> {
    let first = users::table.select(UserRow::as_select()).first(&mut db.conn).optional()?;
    first.map(|row| read(&db.vault, row)).transpose().map(drop)
}

/// Names by id; an id nobody has is left out.
pub fn names(db: &mut Db, ids: &[UserId]) -> Result<HashMap<UserId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, Vec<u8>)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name_sealed))
        .load(&mut db.conn)?;
    let house = db.vault.house();
    rows.into_iter()
        .map(|(id, sealed)| Ok((id, house.open_text(place("users", "name_sealed", id), &sealed)?)))
        .collect()
}

/// Whether somebody can administer the house: set-up is over then.
pub fn an_admin_exists(db: &mut Db) -> Result<bool, StoreError> {
    let admins = users::table
        .filter(users::role.eq(Role::Admin.word()))
        .filter(users::disabled_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(admins)).get_result(&mut db.conn)?)
}

pub fn insert(db: &mut Db, user: &User, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = seal(&db.vault, user);
    diesel::insert_into(users::table)
        .values((row, users::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn update(db: &mut Db, user: &User) -> Result<(), StoreError> {
    let row = seal(&db.vault, user);
    let changed = diesel::update(users::table.find(user.id)).set(row).execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// When each user last used the house; who never did is not among them.
pub fn last_seen(db: &mut Db) -> Result<HashMap<UserId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(UserId, Option<NaiveDateTime>)> =
        users::table.select((users::id, users::last_seen_at)).load(&mut db.conn)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?.and_utc()))).collect())
}

/// Every inbox a user belongs to: their own and those of their teams. Only here and
/// in [`seeing`] and its neighbours is it known what teams are for.
pub fn inboxes_of(db: &mut Db, user: UserId) -> Result<Vec<InboxId>, StoreError> {
    let mut inboxes = own_inboxes_of(db, user)?;
    let teams =
        team_members::table.filter(team_members::user_id.eq(user)).select(team_members::team_id);
    let theirs: Vec<InboxId> = team_inboxes::table
        .filter(team_inboxes::team_id.eq_any(teams))
        .select(team_inboxes::inbox_id)
        .load(&mut db.conn)?;
    inboxes.extend(theirs);
    inboxes.sort_unstable();
    inboxes.dedup();
    Ok(inboxes)
}

/// The inboxes a user belongs to by themselves, whatever teams they are in.
pub fn own_inboxes_of(db: &mut Db, user: UserId) -> Result<Vec<InboxId>, StoreError> {
    Ok(memberships::table
        .filter(memberships::user_id.eq(user))
        .order(memberships::inbox_id)
        .select(memberships::inbox_id)
        .load(&mut db.conn)?)
}

/// Everybody who may answer in `inbox`: its members and the administrators, by name.
pub fn answering_in(db: &mut Db, inbox: InboxId) -> Result<Vec<User>, StoreError> {
    answering_in_any(db, &[inbox])
}

/// Everybody who may answer in one of `inboxes`, by name.
pub fn answering_in_any(db: &mut Db, inboxes: &[InboxId]) -> Result<Vec<User>, StoreError> {
    let mut people = belonging_to(db, inboxes)?;
    people.retain(|user| user.role.may_answer());
    Ok(people)
}

/// Everybody who may read what is in `inbox`, by name.
pub fn seeing(db: &mut Db, inbox: InboxId) -> Result<Vec<User>, StoreError> {
    let mut people = belonging_to(db, &[inbox])?;
    people.retain(|user| user.role.may_read_conversations());
    Ok(people)
}

/// The members and the administrators.
fn belonging_to(db: &mut Db, inboxes: &[InboxId]) -> Result<Vec<User>, StoreError> {
    let members = memberships::table
        .filter(memberships::inbox_id.eq_any(inboxes))
        .select(memberships::user_id);
    let in_teams = team_members::table
        .inner_join(teams::table.inner_join(team_inboxes::table))
        .filter(team_inboxes::inbox_id.eq_any(inboxes))
        .select(team_members::user_id);
    let rows: Vec<UserRow> = users::table
        .filter(users::disabled_at.is_null())
        .filter(
            users::id
                .eq_any(members)
                .or(users::id.eq_any(in_teams))
                .or(users::role.eq(Role::Admin.word())),
        )
        .select(UserRow::as_select())
        .load(&mut db.conn)?;
    let mut people =
        rows.into_iter().map(|row| read(&db.vault, row)).collect::<Result<Vec<_>, _>>()?;
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people)
}

/// Makes `inboxes` the ones the user belongs to by themselves.
pub fn set_inboxes(
    db: &mut Db,
    user: UserId,
    inboxes: &[InboxId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::delete(memberships::table.filter(memberships::user_id.eq(user)))
        .execute(&mut db.conn)?;
    for inbox in inboxes {
        add_membership(db, *inbox, user, now)?;
    }
    Ok(())
}

pub fn add_membership(
    db: &mut Db,
    inbox: InboxId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        memberships::inbox_id.eq(inbox),
        memberships::user_id.eq(user),
        memberships::created_at.eq(now.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(memberships::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

fn seal(vault: &Vault, user: &User) -> UserRow {
    UserRow {
        id: user.id,
        email_index: vault.email_index(&user.email),
        email_sealed: vault.house().seal_text(place("users", "email_sealed", user.id), &user.email),
        name_sealed: vault.house().seal_text(place("users", "name_sealed", user.id), &user.name),
        role: user.role.word().to_owned(),
        password_hash: user.password_hash.clone(),
        locale: user.locale.clone(),
        theme: user.theme.clone(),
        enter_sends: user.enter_sends,
        notify: user.notify.word().to_owned(),
        sound: user.sound,
        notify_scope: user.notify_scope.word().to_owned(),
        disabled_at: user.disabled_at.map(|at| at.naive_utc()),
    }
}

fn read(vault: &Vault, row: UserRow) -> Result<User, StoreError> {
    let house = vault.house();
    Ok(User {
        email: house.open_text(place("users", "email_sealed", row.id), &row.email_sealed)?,
        name: house.open_text(place("users", "name_sealed", row.id), &row.name_sealed)?,
        role: known(Role::from_word(&row.role), "users.role", &row.role)?,
        id: row.id,
        password_hash: row.password_hash,
        locale: row.locale,
        theme: row.theme,
        enter_sends: row.enter_sends,
        notify: known(Notify::from_word(&row.notify), "users.notify", &row.notify)?,
        sound: row.sound,
        notify_scope: known(
            NotifyScope::from_word(&row.notify_scope),
            "users.notify_scope",
            &row.notify_scope,
        )?,
        disabled_at: row.disabled_at.map(|at| at.and_utc()),
    })
}
