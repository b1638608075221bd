//! The index on SQLite: a file of its own beside the database, FTS5 over tokens.
//!
//! A file of its own, because FTS5 merges its segments inside whoever's
//! transaction fills a level, which held up incoming texts for seconds
//! (performance.md 4). `synchronous=NORMAL`: after a power cut the last
//! transactions may be missing, together with the note of how far they had come.

use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::follow::Numbered;
use super::tables::{
    search_conversation_tokens, search_conversations, search_message_tokens, search_messages,
};
use super::tokens::Asked;
use super::{Candidate, Candidates, Shelf, Within};
use crate::store::StoreError;

const TABLES: &str = "
    create table if not exists search_state (
        id integer primary key not null check (id = 1),
        format integer not null,
        generation bigint not null,
        cursor bigint not null,
        cursor_at timestamp,
        begun bigint not null,
        up bigint not null,
        down bigint not null,
        stage integer not null,
        walk_at blob not null
    );
    create table if not exists search_inboxes (
        number integer primary key not null,
        inbox_id blob not null unique
    );
    create table if not exists search_messages (
        number integer primary key not null,
        message_id blob not null,
        inbox integer not null
    );
    create table if not exists search_conversations (
        number integer primary key not null,
        conversation_id blob not null unique,
        inbox integer not null,
        fingerprint bigint not null
    );
    create virtual table if not exists search_message_tokens using fts5(
        tokens, content='', contentless_delete=1, detail=none, tokenize='ascii');
    create virtual table if not exists search_conversation_tokens using fts5(
        tokens, content='', contentless_delete=1, detail=none, tokenize='ascii');";

/// Opens the index in `path`, and makes it where there is none.
pub fn open(path: &str) -> ConnectionResult<SqliteConnection> {
    let mut conn = SqliteConnection::establish(path)?;
    conn.batch_execute(
        "pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal; \
         pragma wal_autocheckpoint = 4000; pragma cache_size = -16384; \
         pragma temp_store = memory;",
    )
    .and_then(|()| conn.batch_execute(TABLES))
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// One step at a time, whichever process takes it.
pub fn begin(conn: &mut SqliteConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
}

/// Leaves nothing of what was in it.
pub fn clear(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(&format!(
        "delete from search_state; delete from search_inboxes; \
         drop table search_messages; drop table search_conversations; \
         drop table search_message_tokens; drop table search_conversation_tokens; {TABLES}"
    ))?)
}

/// Joins what the building left in many pieces.
pub fn tidy_up(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(
        "insert into search_message_tokens(search_message_tokens) values('optimize'); \
         pragma wal_checkpoint(truncate)",
    )?)
}

pub fn insert_messages(
    conn: &mut SqliteConnection,
    new: &[Numbered<'_>],
) -> Result<(), StoreError> {
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                search_messages::number.eq(one.number),
                search_messages::message_id.eq(one.document.id),
                search_messages::inbox.eq(one.inbox),
            )
        })
        .collect();
    let tokens: Vec<_> = new
        .iter()
        .map(|one| {
            (
                search_message_tokens::rowid.eq(one.number),
                search_message_tokens::tokens.eq(written(&one.document.tokens)),
            )
        })
        .collect();
    diesel::insert_into(search_messages::table).values(rows).execute(conn)?;
    diesel::insert_into(search_message_tokens::table).values(tokens).execute(conn)?;
    Ok(())
}

pub fn insert_conversations(
    conn: &mut SqliteConnection,
    new: &[Numbered<'_>],
) -> Result<(), StoreError> {
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                search_conversations::number.eq(one.number),
                search_conversations::conversation_id.eq(one.document.id),
                search_conversations::inbox.eq(one.inbox),
                search_conversations::fingerprint.eq(one.document.fingerprint()),
            )
        })
        .collect();
    let tokens: Vec<_> = new
        .iter()
        .map(|one| {
            (
                search_conversation_tokens::rowid.eq(one.number),
                search_conversation_tokens::tokens.eq(written(&one.document.tokens)),
            )
        })
        .collect();
    diesel::insert_into(search_conversations::table).values(rows).execute(conn)?;
    diesel::insert_into(search_conversation_tokens::table).values(tokens).execute(conn)?;
    Ok(())
}

pub fn delete_conversations(conn: &mut SqliteConnection, old: &[i64]) -> Result<(), StoreError> {
    for number in old {
        diesel::delete(search_conversations::table.find(number)).execute(conn)?;
        diesel::delete(search_conversation_tokens::table.find(number)).execute(conn)?;
    }
    Ok(())
}

/// Up to `limit` of those `asked` for, newest first: FTS5 walks its lists from
/// the end, so that what is common costs as little as what is rare.
pub fn candidates(
    conn: &mut SqliteConnection,
    shelf: Shelf,
    asked: &Asked,
    within: Within,
    limit: i64,
) -> Result<Candidates, StoreError> {
    let rows = rows(conn, shelf, asked, within, limit)?;
    let is_last = (rows.len() as i64) < limit;
    Ok(Candidates { rows, is_last })
}

fn rows(
    conn: &mut SqliteConnection,
    shelf: Shelf,
    asked: &Asked,
    within: Within,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let (table, id, tokens) = match shelf {
        Shelf::Messages => ("search_messages", "message_id", "search_message_tokens"),
        Shelf::Conversations => {
            ("search_conversations", "conversation_id", "search_conversation_tokens")
        }
    };
    let Some(matching) = expression(asked) else {
        return Ok(sql_query(format!(
            "select number, {id} as id, inbox from {table} \
             where number < ? and number >= ? order by number desc limit ?"
        ))
        .bind::<BigInt, _>(within.below)
        .bind::<BigInt, _>(within.from)
        .bind::<BigInt, _>(limit)
        .load(conn)?);
    };
    Ok(sql_query(format!(
        "select number, {id} as id, inbox from \
         (select rowid as found from {tokens} where {tokens} match ? and rowid < ? and rowid >= ? \
          order by rowid desc limit ?) join {table} on number = found order by number desc"
    ))
    .bind::<Text, _>(matching)
    .bind::<BigInt, _>(within.below)
    .bind::<BigInt, _>(within.from)
    .bind::<BigInt, _>(limit)
    .load(conn)?)
}

/// In FTS5's words; `None` where nothing is asked of the tokens.
fn expression(asked: &Asked) -> Option<String> {
    let all = |tokens: &Vec<i32>| {
        let quoted: Vec<String> = tokens.iter().map(|token| format!("\"{token:08x}\"")).collect();
        format!("({})", quoted.join(" AND "))
    };
    let words = asked.iter().filter(|ways| ways.iter().all(|way| !way.is_empty()));
    let words: Vec<String> = words
        .map(|ways| format!("({})", ways.iter().map(all).collect::<Vec<_>>().join(" OR ")))
        .collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

fn written(tokens: &[i32]) -> String {
    let words: Vec<String> = tokens.iter().map(|token| format!("{token:08x}")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_anded_and_their_ways_ored() {
        assert_eq!(expression(&vec![]), None);
        assert_eq!(expression(&vec![vec![vec![]]]), None);
        let asked = vec![vec![vec![1, 2], vec![-1]], vec![vec![3]], vec![vec![], vec![4]]];
        assert_eq!(
            expression(&asked).unwrap(),
            r#"(("00000001" AND "00000002") OR ("ffffffff")) AND (("00000003"))"#
        );
    }
}
