//! Names of the people a page mentions.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::id::{TeamId, UserId};
use crate::domain::mention::{Person, places};
use crate::store::{Db, StoreError, teams, users};
use crate::web::shell::person_of;
use crate::web::views::PersonView;

/// Users by id, and all teams, read once for a page.
#[derive(Clone, Debug, Default)]
pub struct People {
    users: HashMap<UserId, String>,
    teams: HashMap<TeamId, String>,
}

impl People {
    pub fn read(
        db: &mut Db,
        ids: impl IntoIterator<Item = Option<UserId>>,
    ) -> Result<Self, StoreError> {
        let mut wanted: Vec<UserId> = ids.into_iter().flatten().collect();
        wanted.sort();
        wanted.dedup();
        Ok(Self { users: users::names(db, &wanted)?, teams: teams::names(db)? })
    }

    pub fn person(&self, id: Option<UserId>) -> Option<PersonView> {
        let id = id?;
        self.users.get(&id).map(|name| person_of(id, name))
    }

    /// Where a note calls one of them, or a team.
    pub fn calls(&self, note: &str) -> Vec<Range<usize>> {
        let names = self.users.values().chain(self.teams.values());
        let called = names.enumerate().map(|(id, name)| Person { id, name: name.clone() });
        places(note, &called.collect::<Vec<_>>())
    }

    pub fn name(&self, id: Option<UserId>) -> Option<&str> {
        self.users.get(&id?).map(String::as_str)
    }

    pub fn team(&self, id: Option<TeamId>) -> Option<&str> {
        self.teams.get(&id?).map(String::as_str)
    }
}
