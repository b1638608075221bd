//! The doctor's questions to SQLite.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text, Timestamp};

use super::{Health, Look, Risk};
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
        warnings: Vec::new(),
        damage: (check != "ok").then_some(check),
        is_migrated,
        now: now.now,
    })
}

/// # Errors
/// Never where the file is so broken that it cannot be read: that is damage.
pub fn damage(conn: &mut SqliteConnection, look: Look) -> Result<Option<String>, StoreError> {
    let pages = match look {
        Look::Quick => "select quick_check as word from pragma_quick_check",
        Look::Thorough => "select integrity_check as word from pragma_integrity_check",
    };
    match word(conn, pages) {
        Ok(found) if found != "ok" => return Ok(Some(found)),
        Ok(_) => {}
        Err(StoreError::Database(error)) if is_damage(&error) => {
            return Ok(Some(error.to_string()));
        }
        Err(error) => return Err(error),
    }
    if look == Look::Quick {
        return Ok(None);
    }
    let orphans: Vec<Word> = sql_query(
        "select \"table\" || ' names a row of ' || parent || ' that is not there' as word \
         from pragma_foreign_key_check limit 1",
    )
    .load(conn)?;
    Ok(orphans.into_iter().next().map(|orphan| orphan.word))
}

/// SQLITE_CORRUPT and SQLITE_NOTADB, which diesel tells by their words alone.
fn is_damage(error: &diesel::result::Error) -> bool {
    let text = error.to_string();
    text.contains("malformed") || text.contains("not a database")
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
