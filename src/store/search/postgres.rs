//! The index on PostgreSQL: GIN over arrays of tokens.
//!
//! GIN answers with all there is, in no order: what a word of middling frequency
//! matches among millions takes a tenth of a second to fetch and to sort. So each token
//! is mixed with the run of numbers its row is in, and the runs are asked from the newest
//! on, more of them at a time as less is found, until there is enough: none of these
//! answers is much more than what is wanted (performance.md 3). The very newest are
//! looked through without the index.

use std::ops::RangeInclusive;

use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as UuidType};

use super::follow::Numbered;
use super::tokens::Asked;
use super::{Candidate, Candidates, Shelf, Within};
use crate::store::StoreError;

/// Any number all nodes agree on that is not the log's.
const INDEX_LOCK: i64 = 0x68_65_6e_6a_69_02;
/// So many of the newest are looked through before the index is asked.
const NEWEST: i64 = 1_000;
/// Rows of a run: 2 to that power.
const RUN: u32 = 15;
/// How much further is looked each time too little was found.
const FURTHER: i64 = 4;

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
    .bind::<Array<Text>, _>(all(new, tokens_of))
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
    .bind::<Array<Text>, _>(all(new, tokens_of))
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
    let size: Bytes = sql_query(
        "select (pg_total_relation_size('search_messages') \
         + pg_total_relation_size('search_conversations'))::bigint as bytes",
    )
    .get_result(conn)?;
    Ok(size.bytes)
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
    let mut rows: Vec<Candidate> = Vec::new();
    let Some((bottom, top)) = ends(conn, table, within)? else {
        return Ok(Candidates { rows, is_last: true });
    };
    let (mut below, mut from) = (top + 1, (top + 1 - NEWEST).max(bottom));
    // The newest along the primary key; the others in an order that it cannot give, so
    // that nobody walks along it.
    let (mut order, mut runs) = ("number", 1);
    loop {
        let condition = condition(asked, from >> RUN..=(below - 1) >> RUN);
        let query = format!(
            "select number, {id} as id, inbox from {table} where {condition} \
             and number < $1 and number >= $2 order by {order} desc limit $3"
        );
        let found: Vec<Candidate> = sql_query(query)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(limit - rows.len() as i64)
            .load(conn)?;
        rows.extend(found);
        if rows.len() as i64 >= limit {
            return Ok(Candidates { rows, is_last: false });
        }
        if from == bottom || rows.len() as i64 >= enough {
            return Ok(Candidates { rows, is_last: from == bottom });
        }
        below = from;
        from = ((((below - 1) >> RUN) + 1 - runs) << RUN).max(bottom);
        (order, runs) = ("number + 0", runs * FURTHER);
    }
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

#[derive(QueryableByName)]
struct Ends {
    #[diesel(sql_type = Nullable<BigInt>)]
    bottom: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    top: Option<i64>,
}

/// The lowest and the highest number there is.
fn ends(
    conn: &mut PgConnection,
    table: &str,
    within: Within,
) -> Result<Option<(i64, i64)>, StoreError> {
    let ends: Ends = sql_query(format!(
        "select min(number) as bottom, max(number) as top from {table} \
         where number < $1 and number >= $2"
    ))
    .bind::<BigInt, _>(within.below)
    .bind::<BigInt, _>(within.from)
    .get_result(conn)?;
    Ok(ends.bottom.zip(ends.top))
}

/// In SQL; numbers of our own making only.
fn condition(asked: &Asked, runs: RangeInclusive<i64>) -> String {
    let token = |token: &i32| {
        let keys: Vec<i32> = runs.clone().map(|run| mixed(*token, run)).collect();
        format!("tokens && '{}'::integer[]", array(&keys))
    };
    let way = |way: &Vec<i32>| way.iter().map(token).collect::<Vec<_>>().join(" and ");
    let words = asked.iter().filter(|ways| ways.iter().all(|way| !way.is_empty()));
    let words: Vec<String> = words
        .map(|ways| format!("({})", ways.iter().map(way).collect::<Vec<_>>().join(" or ")))
        .collect();
    if words.is_empty() { "true".to_owned() } else { words.join(" and ") }
}

/// What a row of that run has for a token. Within a run two tokens never become one; one
/// of this run may be what another is in a far one, once in some four thousand million:
/// candidates are looked at before they are shown.
fn mixed(token: i32, run: i64) -> i32 {
    /// The fractional part of the golden ratio, so that neighbours end up far apart.
    const GOLDEN: u32 = 0x9E37_79B9;
    let run = (run as u32).wrapping_mul(GOLDEN);
    // The finisher of MurmurHash3: each bit of the input changes half of the output's.
    let mut mixed = token.cast_unsigned() ^ run;
    mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85EB_CA6B);
    mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xC2B2_AE35);
    (mixed ^ (mixed >> 16)).cast_signed()
}

fn tokens_of(one: &Numbered<'_>) -> String {
    let run = one.number >> RUN;
    let tokens: Vec<i32> = one.document.tokens.iter().map(|token| mixed(*token, run)).collect();
    array(&tokens)
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
        assert_eq!(condition(&vec![vec![vec![]]], 0..=0), "true");
        let [one, two, three, four] = [1, -2, 3, 4].map(|token| mixed(token, 7));
        assert_eq!(
            condition(&vec![vec![vec![1, -2], vec![3]], vec![vec![4]]], 7..=7),
            format!(
                "(tokens && '{{{one}}}'::integer[] and tokens && '{{{two}}}'::integer[] or \
                 tokens && '{{{three}}}'::integer[]) and (tokens && '{{{four}}}'::integer[])"
            )
        );
        let both = format!("(tokens && '{{{},{}}}'::integer[])", mixed(4, 7), mixed(4, 8));
        assert_eq!(condition(&vec![vec![vec![4]]], 7..=8), both);
    }

    #[test]
    fn within_a_run_no_two_tokens_become_one() {
        let mut seen: Vec<i32> = (-50_000..50_000).map(|token| mixed(token, 33)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 100_000);
        assert_ne!(mixed(5, 1), mixed(5, 2));
    }
}
