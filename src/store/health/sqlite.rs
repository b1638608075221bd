//! The doctor's questions to SQLite.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text, Timestamp};

use super::{Health, Risk};
use crate::store::{SQLITE_FLOOR, StoreError};

/// `PRAGMA synchronous` of a commit that is on disk when it returns.
const FULL: i32 = 2;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Timestamp)]
    now: NaiveDateTime,
}

pub fn examine(conn: &mut SqliteConnection, is_migrated: bool) -> Result<Health, StoreError> {
    let version = word(conn, "select sqlite_version() as word")?;
    let journal = word(conn, "select journal_mode as word from pragma_journal_mode")?;
    let synchronous: Number =
        sql_query("select synchronous as number from pragma_synchronous").get_result(conn)?;
    let check = word(conn, "select quick_check as word from pragma_quick_check")?;
    let now: Now =
        sql_query("select strftime('%Y-%m-%d %H:%M:%f', 'now') as now").get_result(conn)?;
    let risks = [
        (number_of(&version) < SQLITE_FLOOR).then(|| Risk {
            finding: format!("SQLite {version} can corrupt its log"),
            cure: "build with SQLite 3.51.3 or later, as Cargo.lock asks for",
        }),
        (synchronous.number < FULL).then(|| Risk {
            finding: format!("synchronous is {}: a power cut loses commits", synchronous.number),
            cure: "report this: henji opens every connection with synchronous = FULL",
        }),
        (journal != "wal").then(|| Risk {
            finding: format!("the journal mode is {journal}, not wal: readers block the writer"),
            cure: "put the file on a local disk; network file systems cannot hold a WAL",
        }),
    ];
    Ok(Health {
        version: format!("SQLite {version}"),
        risks: risks.into_iter().flatten().collect(),
        damage: (check != "ok").then_some(check),
        is_migrated,
        now: now.now,
    })
}

fn word(conn: &mut SqliteConnection, query: &str) -> Result<String, StoreError> {
    let row: Word = sql_query(query).get_result(conn)?;
    Ok(row.word)
}

/// `3.51.3` as SQLite counts versions: 3051003.
fn number_of(version: &str) -> i32 {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    next() * 1_000_000 + next() * 1_000 + next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_counted_as_sqlite_does() {
        assert_eq!(number_of("3.51.3"), 3_051_003);
        assert_eq!(number_of("3.6"), 3_006_000);
    }
}
