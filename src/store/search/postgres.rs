//! The index on PostgreSQL: GIN over arrays of tokens.
//!
//! A bitmap of what a common word matches takes seconds to make, so the newest are
//! looked through first: what has enough hits among them needs no index. What has none
//! is rare, and its bitmap is small; in between more of the newest are looked through
//! (performance.md 3).

use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Uuid as UuidType};

use super::follow::Numbered;
use super::tokens::Asked;
use super::{Candidate, Candidates, Shelf, Within};
use crate::store::StoreError;

/// Any number all nodes agree on that is not the log's.
const INDEX_LOCK: i64 = 0x68_65_6e_6a_69_02;
/// So many of the newest are looked through before the index is asked; of what was
/// among the first of them at all, but seldom, so many more.
const NEWEST: i64 = 1_000;
const NEXT: i64 = 20_000;

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// One step at a time over all nodes; false where another takes it just now.
pub fn begin(conn: &mut PgConnection) -> QueryResult<bool> {
    <PgConnection as Connection>::TransactionManager::begin_transaction(conn)?;
    let asked =
        sql_query("select pg_try_advisory_xact_lock($1) as locked").bind::<BigInt, _>(INDEX_LOCK);
    Ok(asked.get_result::<Locked>(conn)?.locked)
}

/// Leaves nothing of what was in it.
pub fn clear(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(
        "truncate search_state, search_inboxes, search_messages, search_conversations",
    )?)
}

/// What autovacuum would do within the next minutes.
pub fn tidy_up(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("vacuum analyze search_messages, search_conversations")?)
}

pub fn insert_messages(conn: &mut PgConnection, new: &[Numbered<'_>]) -> Result<(), StoreError> {
    sql_query(
        "insert into search_messages (number, message_id, inbox, tokens) \
         select number, id, inbox, tokens::integer[] \
         from unnest($1, $2, $3, $4) as new(number, id, inbox, tokens)",
    )
    .bind::<Array<BigInt>, _>(all(new, |one| one.number))
    .bind::<Array<UuidType>, _>(all(new, |one| one.document.id.0))
    .bind::<Array<Integer>, _>(all(new, |one| one.inbox))
    .bind::<Array<Text>, _>(all(new, |one| array(&one.document.tokens)))
    .execute(conn)?;
    Ok(())
}

pub fn insert_conversations(
    conn: &mut PgConnection,
    new: &[Numbered<'_>],
) -> Result<(), StoreError> {
    sql_query(
        "insert into search_conversations (number, conversation_id, inbox, fingerprint, tokens) \
         select number, id, inbox, fingerprint, tokens::integer[] \
         from unnest($1, $2, $3, $4, $5) as new(number, id, inbox, fingerprint, tokens)",
    )
    .bind::<Array<BigInt>, _>(all(new, |one| one.number))
    .bind::<Array<UuidType>, _>(all(new, |one| one.document.id.0))
    .bind::<Array<Integer>, _>(all(new, |one| one.inbox))
    .bind::<Array<BigInt>, _>(all(new, |one| one.document.fingerprint()))
    .bind::<Array<Text>, _>(all(new, |one| array(&one.document.tokens)))
    .execute(conn)?;
    Ok(())
}

pub fn delete_conversations(conn: &mut PgConnection, old: &[i64]) -> Result<(), StoreError> {
    sql_query("delete from search_conversations where number = any($1)")
        .bind::<Array<BigInt>, _>(old)
        .execute(conn)?;
    Ok(())
}

/// Bytes of the tables and their indexes.
pub fn size(conn: &mut PgConnection) -> Result<i64, StoreError> {
    let size: End = sql_query(
        "select (pg_total_relation_size('search_messages') \
         + pg_total_relation_size('search_conversations'))::bigint as number",
    )
    .get_result(conn)?;
    Ok(size.number)
}

/// Up to `limit` of those `asked` for, newest first; where the newest hold `enough`
/// of them, only these.
pub fn candidates(
    conn: &mut PgConnection,
    shelf: Shelf,
    asked: &Asked,
    within: Within,
    (enough, limit): (i64, i64),
) -> Result<Candidates, StoreError> {
    let (table, id) = match shelf {
        Shelf::Messages => ("search_messages", "message_id"),
        Shelf::Conversations => ("search_conversations", "conversation_id"),
    };
    let condition = condition(asked);
    let (mut rows, mut end) = (Vec::new(), within.below);
    for window in [NEWEST, NEXT] {
        let newest = format!(
            "select number, id, inbox from (select number, {id} as id, inbox, tokens from {table} \
             where number < $1 and number >= $2 order by number desc limit {window}) as newest \
             where {condition} order by number desc limit $3"
        );
        rows = sql_query(newest)
            .bind::<BigInt, _>(within.below)
            .bind::<BigInt, _>(within.from)
            .bind::<BigInt, _>(limit)
            .load(conn)?;
        let found = rows.len() as i64;
        if found == limit {
            return Ok(Candidates { rows, is_last: false });
        }
        match end_of_newest(conn, table, window, within)? {
            None => return Ok(Candidates { rows, is_last: true }),
            Some(_) if found >= enough => return Ok(Candidates { rows, is_last: false }),
            Some(lowest) => end = lowest,
        }
        if found == 0 {
            break;
        }
    }
    // An order the primary key cannot give, so that nobody walks along it.
    let older = format!(
        "select number, {id} as id, inbox from {table} where {condition} \
         and number < $1 and number >= $2 order by number + 0 desc limit $3"
    );
    let left = limit - rows.len() as i64;
    let older: Vec<Candidate> = sql_query(older)
        .bind::<BigInt, _>(end)
        .bind::<BigInt, _>(within.from)
        .bind::<BigInt, _>(left)
        .load(conn)?;
    let is_last = (older.len() as i64) < left;
    rows.extend(older);
    Ok(Candidates { rows, is_last })
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The lowest of the newest; `None` where they are all there is.
fn end_of_newest(
    conn: &mut PgConnection,
    table: &str,
    window: i64,
    within: Within,
) -> Result<Option<i64>, StoreError> {
    let end: Option<End> = sql_query(format!(
        "select number from {table} where number < $1 and number >= $2 \
         order by number desc offset {} limit 1",
        window - 1
    ))
    .bind::<BigInt, _>(within.below)
    .bind::<BigInt, _>(within.from)
    .get_result(conn)
    .optional()?;
    Ok(end.map(|end| end.number))
}

/// In SQL; numbers of our own making only.
fn condition(asked: &Asked) -> String {
    let words = asked.iter().filter(|ways| ways.iter().all(|way| !way.is_empty()));
    let words: Vec<String> = words
        .map(|ways| {
            let ways: Vec<String> =
                ways.iter().map(|way| format!("tokens @> '{}'::integer[]", array(way))).collect();
            format!("({})", ways.join(" or "))
        })
        .collect();
    if words.is_empty() { "true".to_owned() } else { words.join(" and ") }
}

fn array(tokens: &[i32]) -> String {
    let numbers: Vec<String> = tokens.iter().map(i32::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

fn all<'a, T>(new: &[Numbered<'a>], pick: impl Fn(&Numbered<'a>) -> T) -> Vec<T> {
    new.iter().map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_anded_and_their_ways_ored() {
        assert_eq!(condition(&vec![vec![vec![]]]), "true");
        assert_eq!(
            condition(&vec![vec![vec![1, -2], vec![3]], vec![vec![4]]]),
            "(tokens @> '{1,-2}'::integer[] or tokens @> '{3}'::integer[]) \
             and (tokens @> '{4}'::integer[])"
        );
    }
}
