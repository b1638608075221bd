//! The doctor's questions to PostgreSQL.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Timestamp};

use super::{Health, Risk};
use crate::store::StoreError;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Timestamp)]
    now: NaiveDateTime,
}

pub fn examine(conn: &mut PgConnection, is_migrated: bool) -> Result<Health, StoreError> {
    let version = setting(conn, "server_version")?;
    let risks = [
        (setting(conn, "fsync")? == "off").then_some(Risk {
            finding: "fsync is off: a power cut destroys the database".to_owned(),
            cure: "set fsync = on in postgresql.conf",
        }),
        (setting(conn, "full_page_writes")? == "off").then_some(Risk {
            finding: "full_page_writes is off: a power cut can tear pages".to_owned(),
            cure: "set full_page_writes = on in postgresql.conf",
        }),
        (setting(conn, "synchronous_commit")? == "off").then_some(Risk {
            finding: "synchronous_commit is off: a power cut loses commits".to_owned(),
            cure: "set synchronous_commit = on for this database and its user",
        }),
        (setting(conn, "server_encoding")? != "UTF8").then_some(Risk {
            finding: "the database's encoding is not UTF8".to_owned(),
            cure: "make a database with ENCODING 'UTF8'",
        }),
    ];
    let warnings = (setting(conn, "data_checksums")? == "off").then_some(Risk {
        finding: "data checksums are off: a disk that turns bits is not noticed".to_owned(),
        cure: "stop PostgreSQL and run pg_checksums --enable on its data directory",
    });
    let now: Now =
        sql_query("select clock_timestamp() at time zone 'utc' as now").get_result(conn)?;
    Ok(Health {
        version: format!("PostgreSQL {version}"),
        risks: risks.into_iter().flatten().collect(),
        warnings: warnings.into_iter().collect(),
        // Checks of pages are the cluster's own (data checksums, pg_amcheck).
        damage: None,
        is_migrated,
        now: now.now,
    })
}

fn setting(conn: &mut PgConnection, name: &str) -> Result<String, StoreError> {
    let row: Word =
        sql_query("select current_setting($1) as word").bind::<Text, _>(name).get_result(conn)?;
    Ok(row.word)
}
