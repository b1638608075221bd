//! Looking for something.
//!
//! The index names candidates, newest first; whether they are what was asked for
//! is seen in the text itself, once it is known that the asker may see it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::state::{DONE, State, numbers_of};
use super::tables::search_messages;
use super::tokens::{self, Asked};
use super::{
    Candidate, Candidates, Found, Hit, Place, Search, Shelf, Wanted, Within, postgres, sqlite,
};
use crate::domain::id::{ContactId, ConversationId, MessageId};
use crate::domain::masking::Numbers;
use crate::domain::search::{Text, Word};
use crate::domain::user::Sight;
use crate::store::connection::{Db, DbConnection};
use crate::store::contacts::{self, Contact, NamesAndNumbers};
use crate::store::conversations::{self, Conversation};
use crate::store::ids::RowId;
use crate::store::messages::{self, Message};
use crate::store::{StoreError, inboxes, tags};

/// Candidates asked for at first, and at most at a time.
const FIRST: i64 = 16;
const CHUNK: i64 = 2_048;
/// Texts looked into for one page: what has not been found by then is looked for
/// further back when the reader asks for it.
const LOOKS: usize = 5_000;
/// Contacts that a word may be the name of, where another word is in a text.
const NAMESAKES: usize = 50;
/// A text that waited in the journal stands among those that came later.
const APART: TimeDelta = TimeDelta::days(7);

/// The messages `wanted`, newest first.
pub(super) fn messages(
    search: &Search,
    db: &mut Db,
    wanted: &Wanted,
) -> Result<Found<Hit>, StoreError> {
    let mut asked: Asked = Vec::new();
    let mut in_bodies = Vec::new();
    for word in &wanted.words {
        let body = tokens::in_bodies(&db.vault, word);
        let mut ways = vec![body.clone()];
        in_bodies.push(body);
        // 山田 面接: what was said about the one by, or to, the other.
        if wanted.words.len() > 1 {
            let alone = Wanted { words: vec![word.clone()], limit: NAMESAKES, ..wanted.anywhere() };
            let people = conversations(search, db, &alone)?.items;
            let people: HashSet<ContactId> = people.iter().map(|found| found.contact.id).collect();
            ways.extend(people.iter().map(|id| vec![tokens::of_contact(&db.vault, id.0)]));
        }
        asked.push(ways);
    }
    // One of the words at least is said, and not only somebody's name.
    if asked.len() > 1 && asked.iter().all(|ways| ways.len() > 1) {
        asked.push(in_bodies);
    }
    look(search, db, Shelf::Messages, &asked, wanted, |db, ids| {
        let ids: Vec<MessageId> = ids.iter().map(|id| MessageId(id.0)).collect();
        hits(db, wanted, &ids)
    })
}

/// The conversations whose contact is `wanted`, by name or number.
pub(super) fn conversations(
    search: &Search,
    db: &mut Db,
    wanted: &Wanted,
) -> Result<Found<Conversation>, StoreError> {
    if wanted.words.is_empty() {
        return Ok(Found::nothing());
    }
    let asked = wanted.words.iter().map(|word| tokens::in_people(&db.vault, word)).collect();
    look(search, db, Shelf::Conversations, &asked, wanted, |db, ids| {
        let ids: Vec<ConversationId> = ids.iter().map(|id| ConversationId(id.0)).collect();
        let mut found = conversations::find_all(db, &ids)?;
        keep_wanted(db, wanted, &mut found)?;
        let people = people(db, &found)?;
        found.retain(|one| {
            let person = people.get(&one.contact.id);
            person.is_some_and(|person| {
                wanted.words.iter().all(|word| is_called(word, person, wanted.numbers))
            })
        });
        Ok(found.into_iter().map(|one| (RowId(one.id.0), one)).collect())
    })
}

/// Takes candidates from the newest on until a page is full. `check` gives those
/// that are what was asked for.
fn look<T>(
    search: &Search,
    db: &mut Db,
    shelf: Shelf,
    asked: &Asked,
    wanted: &Wanted,
    mut check: impl FnMut(&mut Db, &[RowId]) -> Result<HashMap<RowId, T>, StoreError>,
) -> Result<Found<T>, StoreError> {
    let mut reader = search.reader()?;
    let Some(state) = State::find(index_of(&mut reader, db))? else {
        return Ok(Found { is_complete: false, ..Found::nothing() });
    };
    let seen = seen(db, wanted)?;
    let seen = seen.map(|ids| numbers_of(index_of(&mut reader, db), &ids)).transpose()?;
    let mut within = match wanted.after {
        // Its numbers meant something else.
        Some(place) if place.generation != state.generation => return Err(StoreError::NotFound),
        Some(place) => Within { below: place.number, from: 0 },
        None => Within { below: i64::MAX, from: 0 },
    };
    if shelf == Shelf::Messages {
        bound(&mut reader, db, wanted, &mut within)?;
    }
    let mut found = Found { is_complete: state.stage == DONE, ..Found::nothing() };
    let (mut chunk, mut looks) = (FIRST, 0);
    loop {
        let enough = (wanted.limit - found.items.len()) as i64;
        chunk = chunk.max(enough + enough / 4);
        let Candidates { rows, is_last } = match index_of(&mut reader, db) {
            DbConnection::Postgres(conn) => {
                postgres::candidates(conn, shelf, asked, within, (enough, chunk))?
            }
            DbConnection::Sqlite(conn) => sqlite::candidates(conn, shelf, asked, within, chunk)?,
        };
        let may_see =
            |row: &&Candidate| seen.as_ref().is_none_or(|inboxes| inboxes.contains(&row.inbox));
        let ids: Vec<RowId> = rows.iter().filter(may_see).map(|row| row.id).collect();
        let mut items = check(db, &ids)?;
        looks += ids.len();
        for row in &rows {
            within.below = row.number;
            let Some(item) = items.remove(&row.id) else { continue };
            found.items.push(item);
            if found.items.len() == wanted.limit {
                break;
            }
        }
        let is_end = is_last && rows.last().is_none_or(|last| last.number == within.below);
        if is_end || found.items.len() == wanted.limit || looks > LOOKS {
            let (generation, number) = (state.generation, within.below);
            found.next = (!is_end).then_some(Place { generation, number });
            search.put_back(reader);
            return Ok(found);
        }
        chunk = (chunk * 2).min(CHUNK);
    }
}

/// Where the index is: in a file of its own, or beside the other tables.
fn index_of<'a>(reader: &'a mut Option<DbConnection>, db: &'a mut Db) -> &'a mut DbConnection {
    match reader {
        Some(reader) => reader,
        None => &mut db.conn,
    }
}

/// The inboxes that are looked into; `None` is all of them.
fn seen(
    db: &mut Db,
    wanted: &Wanted,
) -> Result<Option<Vec<crate::domain::id::InboxId>>, StoreError> {
    Ok(match (&wanted.sight, wanted.inbox) {
        (Sight::All, None) => None,
        (_, Some(inbox)) => Some(Vec::from_iter(wanted.sight.sees(inbox).then_some(inbox))),
        (Sight::Inboxes(inboxes), None) => {
            let all = inboxes::all(db)?;
            let sees_all = all.iter().all(|inbox| inboxes.contains(&inbox.id));
            (!sees_all).then(|| inboxes.clone())
        }
    })
}

fn hits(
    db: &mut Db,
    wanted: &Wanted,
    ids: &[MessageId],
) -> Result<HashMap<RowId, Hit>, StoreError> {
    let lines = messages::find_all_to_show(db, ids)?;
    let lines: Vec<(Message, String)> = lines
        .into_iter()
        .filter(|line| wanted.is_between(line.created_at))
        .map(|line| {
            let text = Text::of(&line.body).into_string();
            (line, text)
        })
        .filter(|(_, text)| {
            wanted.words.iter().any(|word| word.is_in(text)) || wanted.words.is_empty()
        })
        .collect();
    let of: HashSet<ConversationId> = lines.iter().map(|(line, _)| line.conversation_id).collect();
    let of: Vec<ConversationId> = of.into_iter().collect();
    let mut found = conversations::find_all(db, &of)?;
    keep_wanted(db, wanted, &mut found)?;
    let people = if wanted.words.len() > 1 { people(db, &found)? } else { HashMap::new() };
    let by_id: HashMap<ConversationId, Conversation> =
        found.into_iter().map(|one| (one.id, one)).collect();
    let hit = |(message, text): (Message, String)| {
        let conversation = by_id.get(&message.conversation_id)?.clone();
        let person = people.get(&conversation.contact.id);
        let is_told = |word: &Word| {
            let is_called = |person| is_called(word, person, wanted.numbers);
            word.is_in(&text) || person.is_some_and(is_called)
        };
        let is_hit = wanted.words.iter().all(is_told);
        is_hit.then_some((RowId(message.id.0), Hit { message, conversation }))
    };
    Ok(lines.into_iter().filter_map(hit).collect())
}

/// Leaves what the asker may see, in the inbox and with the tag asked for.
fn keep_wanted(
    db: &mut Db,
    wanted: &Wanted,
    found: &mut Vec<Conversation>,
) -> Result<(), StoreError> {
    found.retain(|one| wanted.sees(one));
    if let Some(tag) = wanted.tag {
        let ids: Vec<ConversationId> = found.iter().map(|one| one.id).collect();
        let carrying = tags::carrying(db, tag, &ids)?;
        found.retain(|one| carrying.contains(&one.id));
    }
    Ok(())
}

/// Up to `limit` of the contacts that were imported and are called by all of
/// `words`: the index knows conversations, and they may have none yet.
pub fn imported(
    db: &mut Db,
    sight: &Sight,
    numbers: Numbers,
    words: &[Word],
    limit: usize,
) -> Result<Vec<Contact>, StoreError> {
    let mut found = contacts::imported(db, sight)?;
    // Who was merged into another is still asked for by the name they had.
    let merged = found.iter().filter(|contact| contact.person != contact.id);
    let merged: Vec<ContactId> = merged.map(|contact| contact.id).collect();
    let known = contacts::names_and_numbers(db, &merged)?;
    found.retain(|contact| {
        let own = || (Vec::from_iter(contact.name.clone()), vec![contact.address.clone()]);
        let person = known.get(&contact.id).cloned().unwrap_or_else(own);
        words.iter().all(|word| is_called(word, &person, numbers))
    });
    found.truncate(limit);
    Ok(found)
}

fn people(
    db: &mut Db,
    of: &[Conversation],
) -> Result<HashMap<ContactId, NamesAndNumbers>, StoreError> {
    let ids: Vec<ContactId> = of.iter().map(|one| one.contact.id).collect();
    contacts::names_and_numbers(db, &ids)
}

/// Whether a word is part of somebody's name or of one of their numbers.
fn is_called(word: &Word, (names, known): &NamesAndNumbers, numbers: Numbers) -> bool {
    let is_part = |digits: &String| known.iter().any(|number| numbers.finds(number, digits));
    let is_named = |name: &String| tokens::spellings(name).iter().any(|name| word.is_in(name));
    names.iter().any(is_named) || word.digits.as_ref().is_some_and(is_part)
}

/// Leaves out what is surely not between the days asked for.
fn bound(
    reader: &mut Option<DbConnection>,
    db: &mut Db,
    wanted: &Wanted,
    within: &mut Within,
) -> Result<(), StoreError> {
    if let Some(until) = wanted.until {
        within.below = within.below.min(first_after(reader, db, until + APART)?);
    }
    if let Some(from) = wanted.from {
        within.from = first_after(reader, db, from - APART)?;
    }
    Ok(())
}

/// The lowest number of a message of `time` or later: numbers rise with the time,
/// as far as days are concerned.
fn first_after(
    reader: &mut Option<DbConnection>,
    db: &mut Db,
    time: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let ends: (Option<i64>, Option<i64>) = search_messages::table
        .select((
            diesel::dsl::min(search_messages::number),
            diesel::dsl::max(search_messages::number),
        ))
        .first(index_of(reader, db))?;
    let (Some(mut low), Some(high)) = ends else { return Ok(i64::MAX) };
    let mut high = high + 1;
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<(i64, RowId)> = search_messages::table
            .filter(search_messages::number.ge(middle))
            .filter(search_messages::number.lt(high))
            .order(search_messages::number)
            .select((search_messages::number, search_messages::message_id))
            .first(index_of(reader, db))
            .optional()?;
        match at {
            Some((number, id)) if messages::time_of(db, MessageId(id.0))? < Some(time) => {
                low = number + 1;
            }
            _ => high = middle,
        }
    }
    Ok(low)
}
