//! How many conversations there are in each view.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::domain::id::{InboxId, TeamId, UserId};
use crate::domain::user::Sight;
use crate::store::StoreError;
use crate::store::connection::Db;
use crate::store::mentions::{self, Unseen};
use crate::store::schema::{conversations, inbox_counts, team_members};

/// What the views' tabs show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub mine: i64,
    pub unassigned: i64,
    pub waiting: i64,
    /// Of the waiting ones, this user's.
    pub waiting_for_me: i64,
    /// Where a note calls this user, who has not looked since.
    pub mentions: i64,
    pub snoozed: i64,
    /// Everything that is not closed.
    pub all: i64,
    /// The open ones of the teams this user is in.
    pub teams: i64,
}

/// The conversations of one inbox that one person has, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub inbox: InboxId,
    pub assignee: Option<UserId>,
    pub open: i64,
    /// Of the open ones.
    pub waiting: i64,
    pub snoozed: i64,
}

/// The open conversations of one inbox that are the work of one team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamTally {
    pub inbox: InboxId,
    pub team: TeamId,
    pub open: i64,
}

/// Everything the numbers are made of, whoever looks.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    pub held: Vec<Tally>,
    pub of_teams: Vec<TeamTally>,
    /// Who is in which team, where teams have work.
    pub members: Vec<(TeamId, UserId)>,
    pub unseen: Vec<Unseen>,
}

impl Tallies {
    /// The inboxes in `sight` in which there is anything to count.
    pub fn inboxes(&self, sight: &Sight) -> BTreeSet<InboxId> {
        let held = self.held.iter().map(|tally| tally.inbox);
        let called = self.unseen.iter().map(|unseen| unseen.inbox);
        held.chain(called).filter(|inbox| sight.sees(*inbox)).collect()
    }

    /// What `user` is shown of the inboxes that `wanted` picks.
    pub fn of(&self, user: UserId, wanted: impl Fn(InboxId) -> bool) -> Counts {
        let mut counts = Counts::default();
        for tally in self.held.iter().filter(|tally| wanted(tally.inbox)) {
            counts.waiting += tally.waiting;
            counts.snoozed += tally.snoozed;
            counts.all += tally.open + tally.snoozed;
            match tally.assignee {
                None => counts.unassigned += tally.open,
                Some(assignee) if assignee == user => {
                    counts.mine += tally.open;
                    counts.waiting_for_me += tally.waiting;
                }
                Some(_) => {}
            }
        }
        let is_mine = |team| self.members.contains(&(team, user));
        for tally in self.of_teams.iter().filter(|tally| wanted(tally.inbox)) {
            if is_mine(tally.team) {
                counts.teams += tally.open;
            }
        }
        let called = self.unseen.iter().filter(|unseen| unseen.user == user);
        for unseen in called.filter(|unseen| wanted(unseen.inbox)) {
            counts.mentions += unseen.conversations;
        }
        counts
    }
}

pub fn counts(
    db: &mut Db,
    sight: &Sight,
    inbox: Option<InboxId>,
    user: UserId,
) -> Result<Counts, StoreError> {
    let wanted = |found| sight.sees(found) && inbox.is_none_or(|inbox| inbox == found);
    let unseen = mentions::unseen_of(db, user)?;
    Ok(Tallies { unseen, ..held(db)? }.of(user, wanted))
}

/// The tallies of all inboxes and of all who are called.
pub fn tallies(db: &mut Db) -> Result<Tallies, StoreError> {
    let unseen = mentions::unseen(db)?;
    Ok(Tallies { unseen, ..held(db)? })
}

/// A row for each person who has something: the database keeps them (migrations
/// `count_conversations` and `count_snoozed`).
fn held(db: &mut Db) -> Result<Tallies, StoreError> {
    let rows: Vec<(InboxId, UserId, i32, i32, i32)> = inbox_counts::table
        .filter(inbox_counts::open.gt(0).or(inbox_counts::snoozed.gt(0)))
        .select((
            inbox_counts::inbox_id,
            inbox_counts::assignee_id,
            inbox_counts::open,
            inbox_counts::waiting,
            inbox_counts::snoozed,
        ))
        .load(&mut db.conn)?;
    let held = rows.into_iter().map(|(inbox, assignee, open, waiting, snoozed)| Tally {
        inbox,
        assignee: (!assignee.0.is_nil()).then_some(assignee),
        open: open.into(),
        waiting: waiting.into(),
        snoozed: snoozed.into(),
    });
    let of_teams = of_teams(db)?;
    let members = match of_teams.is_empty() {
        true => Vec::new(),
        false => team_members::table
            .select((team_members::team_id, team_members::user_id))
            .load(&mut db.conn)?,
    };
    Ok(Tallies { held: held.collect(), of_teams, members, unseen: Vec::new() })
}

/// Counted along an index that holds nothing but teams' open conversations.
fn of_teams(db: &mut Db) -> Result<Vec<TeamTally>, StoreError> {
    let rows: Vec<(Option<TeamId>, InboxId, i64)> = conversations::table
        // Literals, so that the partial index fits.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
            "conversations.team_id is not null and conversations.state = 'open'",
        ))
        .group_by((conversations::team_id, conversations::inbox_id))
        .select((conversations::team_id, conversations::inbox_id, diesel::dsl::count_star()))
        .load(&mut db.conn)?;
    let tally = |(team, inbox, open): (Option<TeamId>, InboxId, i64)| {
        Some(TeamTally { team: team?, inbox, open })
    };
    Ok(rows.into_iter().filter_map(tally).collect())
}
