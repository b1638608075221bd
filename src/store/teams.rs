//! Teams: who is in them, and which inboxes they are open to.
//!
//! What their members may see because of it is told by `users::inboxes_of`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{conversations, team_inboxes, team_members, teams};
use super::{handoff_flows, handoffs};
use crate::domain::conversation::ConversationState;
use crate::domain::id::{InboxId, TeamId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub members: Vec<UserId>,
    pub inboxes: Vec<InboxId>,
}

pub fn find(db: &mut Db, id: TeamId) -> Result<Team, StoreError> {
    let name = teams::table.find(id).select(teams::name).first(&mut db.conn)?;
    with_rows(db, id, name)
}

/// All teams, by name.
pub fn all(db: &mut Db) -> Result<Vec<Team>, StoreError> {
    let rows: Vec<(TeamId, String)> = teams::table
        .order((teams::name, teams::id))
        .select((teams::id, teams::name))
        .load(&mut db.conn)?;
    rows.into_iter().map(|(id, name)| with_rows(db, id, name)).collect()
}

/// The teams an inbox is open to, by name.
pub fn of_inbox(db: &mut Db, inbox: InboxId) -> Result<Vec<(TeamId, String)>, StoreError> {
    of_any_inbox(db, &[inbox])
}

/// The teams one of `inboxes` is open to, by name.
pub fn of_any_inbox(db: &mut Db, inboxes: &[InboxId]) -> Result<Vec<(TeamId, String)>, StoreError> {
    let open = team_inboxes::table
        .filter(team_inboxes::inbox_id.eq_any(inboxes))
        .select(team_inboxes::team_id);
    Ok(teams::table
        .filter(teams::id.eq_any(open))
        .order((teams::name, teams::id))
        .select((teams::id, teams::name))
        .load(&mut db.conn)?)
}

/// The teams a user is in.
pub fn of_user(db: &mut Db, user: UserId) -> Result<Vec<TeamId>, StoreError> {
    Ok(team_members::table
        .filter(team_members::user_id.eq(user))
        .order(team_members::team_id)
        .select(team_members::team_id)
        .load(&mut db.conn)?)
}

/// What the teams are called.
pub fn names(db: &mut Db) -> Result<HashMap<TeamId, String>, StoreError> {
    let rows: Vec<(TeamId, String)> =
        teams::table.select((teams::id, teams::name)).load(&mut db.conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether a team has work in an inbox other than `inboxes`.
pub fn has_work_beyond(db: &mut Db, id: TeamId, inboxes: &[InboxId]) -> Result<bool, StoreError> {
    let work = conversations::table
        .filter(conversations::team_id.eq(id))
        .filter(conversations::state.ne(ConversationState::Closed.word()))
        .filter(conversations::inbox_id.ne_all(inboxes));
    Ok(diesel::select(diesel::dsl::exists(work)).get_result(&mut db.conn)?)
}

pub fn insert(db: &mut Db, team: &Team, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(teams::table)
        .values((
            teams::id.eq(team.id),
            teams::name.eq(&team.name),
            teams::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    insert_rows(db, team)
}

pub fn update(db: &mut Db, team: &Team) -> Result<(), StoreError> {
    let name = teams::name.eq(&team.name);
    let changed = diesel::update(teams::table.find(team.id)).set(name).execute(&mut db.conn)?;
    if changed != 1 {
        return Err(StoreError::NotFound);
    }
    delete_rows(db, team.id)?;
    insert_rows(db, team)
}

/// Removes a team; what is closed is nobody's work.
pub fn remove(db: &mut Db, id: TeamId) -> Result<(), StoreError> {
    diesel::update(conversations::table.filter(conversations::team_id.eq(id)))
        .set(conversations::team_id.eq(None::<TeamId>))
        .execute(&mut db.conn)?;
    handoff_flows::forget_team(db, id)?;
    handoffs::forget_team(db, id)?;
    delete_rows(db, id)?;
    let gone = diesel::delete(teams::table.find(id)).execute(&mut db.conn)?;
    if gone == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

fn with_rows(db: &mut Db, id: TeamId, name: String) -> Result<Team, StoreError> {
    let members = team_members::table
        .filter(team_members::team_id.eq(id))
        .order(team_members::user_id)
        .select(team_members::user_id)
        .load(&mut db.conn)?;
    let inboxes = team_inboxes::table
        .filter(team_inboxes::team_id.eq(id))
        .order(team_inboxes::inbox_id)
        .select(team_inboxes::inbox_id)
        .load(&mut db.conn)?;
    Ok(Team { id, name, members, inboxes })
}

fn insert_rows(db: &mut Db, team: &Team) -> Result<(), StoreError> {
    for user in &team.members {
        let row = (team_members::team_id.eq(team.id), team_members::user_id.eq(*user));
        diesel::insert_into(team_members::table).values(row).execute(&mut db.conn)?;
    }
    for inbox in &team.inboxes {
        let row = (team_inboxes::team_id.eq(team.id), team_inboxes::inbox_id.eq(*inbox));
        diesel::insert_into(team_inboxes::table).values(row).execute(&mut db.conn)?;
    }
    Ok(())
}

fn delete_rows(db: &mut Db, id: TeamId) -> Result<(), StoreError> {
    diesel::delete(team_members::table.filter(team_members::team_id.eq(id)))
        .execute(&mut db.conn)?;
    diesel::delete(team_inboxes::table.filter(team_inboxes::team_id.eq(id)))
        .execute(&mut db.conn)?;
    Ok(())
}
