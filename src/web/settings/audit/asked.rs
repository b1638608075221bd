//! What the log is narrowed to, as it stands in an address.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::Names;
use crate::domain::user::{Actor, ActorKind};
use crate::locale::Locale;
use crate::store::audit::{Filter, Who};
use crate::web::form::Fields;
use crate::web::times::Times;
use crate::web::views::{AuditForm, ChoiceView};
use crate::web::words;

const PATH: &str = "/settings/audit";
/// What stands in the address, but for the page.
const NAMES: [&str; 5] = ["actor", "action", "object", "since", "until"];
/// Hands that are no one person's.
const HOUSE: [ActorKind; 2] = [ActorKind::System, ActorKind::Operator];

/// Only what is well formed; the rest of what was asked is passed over.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    actor: Option<Who>,
    action: Option<String>,
    object: Option<Uuid>,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl Asked {
    pub fn read(fields: &Fields) -> Self {
        let is_action =
            |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.');
        Self {
            actor: fields.filled("actor").and_then(who),
            action: fields.filled("action").filter(is_action).map(str::to_owned),
            object: fields.get("object").parse().ok(),
            since: fields.get("since").parse().ok(),
            until: fields.get("until").parse().ok(),
        }
    }

    /// Days begin where the house is; the last one is among them.
    pub fn filter(&self, times: &Times) -> Filter {
        let after = self.until.and_then(|day| day.checked_add_days(Days::new(1)));
        Filter {
            actor: self.actor,
            action: self.action.clone(),
            object: self.object,
            since: self.since.and_then(|day| times.beginning_of(day)),
            until: after.and_then(|day| times.beginning_of(day)),
        }
    }

    /// The address of the same with one thing said otherwise.
    pub fn and(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (kept, text) in NAMES.into_iter().zip(self.texts()) {
            if kept != name && !text.is_empty() {
                query.append_pair(kept, &text);
            }
        }
        query.append_pair(name, value);
        format!("{PATH}?{}", query.finish())
    }

    pub fn form(&self, t: Locale, names: &Names, actors: &[(Uuid, String)]) -> AuditForm {
        let [actor, action, object, since, until] = self.texts();
        let choice = |value: String, label: String, chosen: &str| ChoiceView {
            chosen: value == chosen,
            value,
            label,
        };
        let people = actors.iter().map(|(id, name)| (id.to_string(), name.clone()));
        let house = [t.audit_system(), t.audit_operator()];
        let house = HOUSE.iter().zip(house).map(|(kind, name)| (kind.word().into(), name.into()));
        let things = words::THINGS
            .iter()
            .map(|thing| (String::from(*thing), t.audit_all_of(words::object(t, thing))));
        // One action is chosen from an entry; the form goes on saying which.
        let one = action.contains('.').then(|| (action.clone(), words::did(t, &action).to_owned()));
        AuditForm {
            is_narrowed: [&actor, &action, &object, &since, &until].iter().any(|it| !it.is_empty()),
            actors: people.chain(house).map(|(id, name)| choice(id, name, &actor)).collect(),
            actions: one
                .into_iter()
                .chain(things)
                .map(|(id, name)| choice(id, name, &action))
                .collect(),
            object: self.object.map(|id| (object, names.of(id))),
            since,
            until,
        }
    }

    fn texts(&self) -> [String; 5] {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        [
            self.actor.map(word).unwrap_or_default(),
            self.action.clone().unwrap_or_default(),
            self.object.map(|id| id.to_string()).unwrap_or_default(),
            day(self.since),
            day(self.until),
        ]
    }
}

/// How an entry's actor is asked for.
pub fn word_of(actor: &Actor) -> String {
    word(actor.id.map_or(Who::Any(actor.kind), Who::One))
}

fn word(who: Who) -> String {
    match who {
        Who::One(id) => id.to_string(),
        Who::Any(kind) => kind.word().to_owned(),
    }
}

fn who(text: &str) -> Option<Who> {
    let one = text.parse().ok().map(Who::One);
    one.or_else(|| ActorKind::from_word(text).map(Who::Any))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::read(&Fields::parse(query.as_bytes()))
    }

    #[test]
    fn what_is_no_filter_is_passed_over() {
        let odd = asked("actor=x&action=%25&object=1&since=yesterday&until=2026-13-01");
        assert_eq!(odd.and("before", "7"), "/settings/audit?before=7");
    }

    #[test]
    fn one_thing_is_said_otherwise_and_the_rest_stays() {
        let query = "actor=system&action=conversation.close&since=2026-11-01";
        let next = asked(query).and("action", "user");
        assert_eq!(next, "/settings/audit?actor=system&since=2026-11-01&action=user");
    }

    #[test]
    fn the_last_day_is_among_them() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let times = Times::new(Locale::Ja, "Asia/Tokyo", now);
        let filter = asked("since=2026-11-21&until=2026-11-21").filter(&times);
        let told = |at: Option<chrono::DateTime<chrono::Utc>>| at.unwrap().to_rfc3339();
        assert_eq!(told(filter.since), "2026-11-20T15:00:00+00:00");
        assert_eq!(told(filter.until), "2026-11-21T15:00:00+00:00");
    }
}
