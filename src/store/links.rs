//! Short links, who followed them when, and the hosts they may lead to.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::messages;
use super::schema::{link_hosts, link_opens, links};
use super::seal::{place, random_letters};
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, LinkId, MessageId};
use crate::domain::short_link::{Destination, LinkToken};

/// Who opens it again so soon has pressed twice: one open.
const ONE_OPEN: TimeDelta = TimeDelta::minutes(1);

/// A link as it is to be.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub conversation: ConversationId,
    /// The text that carries it, where it is there already; else [`attach`] names it.
    pub message: Option<MessageId>,
    pub destination: Destination,
    pub expires_at: DateTime<Utc>,
}

/// A link that was just made: the only time its token is known.
#[derive(Clone, Debug)]
pub struct Made {
    pub id: LinkId,
    pub token: LinkToken,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: LinkId,
    pub conversation: ConversationId,
    pub message: Option<MessageId>,
    pub destination: Destination,
    pub expires_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
}

/// What became of a text's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    pub link: LinkId,
    pub expires_at: DateTime<Utc>,
    /// When a person first went on.
    pub opened_at: Option<DateTime<Utc>>,
    pub opens: i64,
}

/// The hosts that links may lead to, by name.
pub fn hosts(db: &mut Db) -> Result<Vec<String>, StoreError> {
    Ok(link_hosts::table.order(link_hosts::host).select(link_hosts::host).load(&mut db.conn)?)
}

/// False where it was there already.
pub fn add_host(db: &mut Db, host: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = (link_hosts::host.eq(host), link_hosts::added_at.eq(now.naive_utc()));
    let added = on_each_backend!(&mut db.conn, |conn| diesel::insert_into(link_hosts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(added == 1)
}

/// False where there was none.
pub fn remove_host(db: &mut Db, host: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(link_hosts::table.find(host)).execute(&mut db.conn)? == 1)
}

pub fn is_allowed(db: &mut Db, destination: &Destination) -> Result<bool, StoreError> {
    let found = diesel::dsl::exists(link_hosts::table.find(destination.host()));
    Ok(diesel::select(found).get_result(&mut db.conn)?)
}

/// Makes a link. Whether its host is allowed is asked by `actions::links::make`.
pub fn create(db: &mut Db, new: &NewLink, now: DateTime<Utc>) -> Result<Made, StoreError> {
    let (id, token) = (fresh_id::<LinkId>(), random_letters(LinkToken::LENGTH));
    let key = messages::key_of(db, new.conversation)?;
    let sealed = key.seal_text(destination_place(id), new.destination.as_str());
    let row = (
        links::id.eq(id),
        links::token_hash.eq(db.vault.link_hash(&token)),
        links::conversation_id.eq(new.conversation),
        links::message_id.eq(new.message),
        links::destination_sealed.eq(sealed),
        links::created_at.eq(now.naive_utc()),
        links::expires_at.eq(new.expires_at.naive_utc()),
    );
    diesel::insert_into(links::table).values(row).execute(&mut db.conn)?;
    let token = LinkToken::parse(&token).expect("they are letters, and so many");
    Ok(Made { id, token })
}

/// Names the text that carries a link.
pub fn attach(db: &mut Db, link: LinkId, message: MessageId) -> Result<(), StoreError> {
    diesel::update(links::table.find(link))
        .set(links::message_id.eq(message))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The link of a token that is good at `now`: not over, and to a host that is
/// still allowed. `None` does not tell what is wrong.
pub fn find_good(
    db: &mut Db,
    token: &LinkToken,
    now: DateTime<Utc>,
) -> Result<Option<Link>, StoreError> {
    type Row =
        (LinkId, ConversationId, Option<MessageId>, Vec<u8>, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Row> = links::table
        .filter(links::token_hash.eq(db.vault.link_hash(token.as_str())))
        .filter(links::expires_at.gt(now.naive_utc()))
        .select((
            links::id,
            links::conversation_id,
            links::message_id,
            links::destination_sealed,
            links::expires_at,
            links::opened_at,
        ))
        .first(&mut db.conn)
        .optional()?;
    let Some((id, conversation, message, sealed, expires_at, opened_at)) = row else {
        return Ok(None);
    };
    let key = messages::key_of(db, conversation)?;
    let address = key.open_text(destination_place(id), &sealed)?;
    let destination = Destination::parse(&address)
        .map_err(|_changed| StoreError::Sealed("it holds no destination"))?;
    let link = Link {
        id,
        conversation,
        message,
        destination,
        expires_at: expires_at.and_utc(),
        opened_at: opened_at.map(|at| at.and_utc()),
    };
    Ok(is_allowed(db, &link.destination)?.then_some(link))
}

/// Whether an open at `now` is a new one.
pub fn is_news(db: &mut Db, link: LinkId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let last: Option<NaiveDateTime> = link_opens::table
        .filter(link_opens::link_id.eq(link))
        .select(diesel::dsl::max(link_opens::opened_at))
        .first(&mut db.conn)?;
    Ok(last.is_none_or(|last| now - last.and_utc() >= ONE_OPEN))
}

/// Records that a person went on.
pub fn record_open(db: &mut Db, link: LinkId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let at = now.naive_utc();
    diesel::insert_into(link_opens::table)
        .values((link_opens::link_id.eq(link), link_opens::opened_at.eq(at)))
        .execute(&mut db.conn)?;
    diesel::update(links::table.find(link))
        .filter(links::opened_at.is_null())
        .set(links::opened_at.eq(at))
        .execute(&mut db.conn)?;
    Ok(())
}

/// What became of the links of `texts`, by text, in the order they were made.
pub fn of_messages(
    db: &mut Db,
    texts: &[MessageId],
) -> Result<HashMap<MessageId, Vec<Followed>>, StoreError> {
    type Row = (LinkId, Option<MessageId>, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = links::table
        .filter(links::message_id.eq_any(texts))
        .order(links::id)
        .select((links::id, links::message_id, links::expires_at, links::opened_at))
        .load(&mut db.conn)?;
    let opened: Vec<LinkId> = rows.iter().filter(|row| row.3.is_some()).map(|row| row.0).collect();
    let opens = count_opens(db, &opened)?;
    let mut followed: HashMap<MessageId, Vec<Followed>> = HashMap::new();
    for (link, message, expires_at, opened_at) in rows {
        let one = Followed {
            link,
            expires_at: expires_at.and_utc(),
            opened_at: opened_at.map(|at| at.and_utc()),
            opens: opens.get(&link).copied().unwrap_or_default(),
        };
        if let Some(message) = message {
            followed.entry(message).or_default().push(one);
        }
    }
    Ok(followed)
}

/// When a person first followed a link of each of `texts`; those nobody followed
/// are not in it.
pub fn first_opens(
    db: &mut Db,
    texts: &[MessageId],
) -> Result<HashMap<MessageId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(Option<MessageId>, Option<NaiveDateTime>)> = links::table
        .filter(links::message_id.eq_any(texts))
        .filter(links::opened_at.is_not_null())
        .order(links::opened_at.desc())
        .select((links::message_id, links::opened_at))
        .load(&mut db.conn)?;
    // The earliest comes last and stays.
    Ok(rows.into_iter().filter_map(|(text, at)| Some((text?, at?.and_utc()))).collect())
}

fn count_opens(db: &mut Db, opened: &[LinkId]) -> Result<HashMap<LinkId, i64>, StoreError> {
    if opened.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(LinkId, i64)> = link_opens::table
        .filter(link_opens::link_id.eq_any(opened))
        .group_by(link_opens::link_id)
        .select((link_opens::link_id, diesel::dsl::count_star()))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().collect())
}

fn destination_place(link: LinkId) -> super::seal::Place {
    place("links", "destination_sealed", link)
}
