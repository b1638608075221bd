//! The tables as the code knows them, held to the tables there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Integer;
use henji::store::connection::DbConnection;
use henji::store::{Db, StoreError};

use crate::support::TestApp;
use crate::support::raw::Raw;
use crate::support::test_db::{self, TestDb};

/// What the promises of "once" stand on: table and columns of a unique index.
const UNIQUE: &[(&str, &str)] = &[
    ("api_tokens", "token_hash"),
    ("application_deliveries", "source_id,delivery_index"),
    ("application_media", "name_key"),
    ("application_sources", "token_hash"),
    ("applications", "external_index"),
    ("attempts", "message_id,number"),
    ("appointment_offers", "message_id"),
    ("appointment_offers", "page_hash"),
    ("appointment_slots", "offer_id,number"),
    ("appointment_suggestions", "conversation_id"),
    ("appointments", "slot_id"),
    ("automatic_policies", "inbox_id"),
    ("automatic_rules", "inbox_id,position"),
    ("calendar_days", "calendar_id,day"),
    ("calendars", "name"),
    ("contact_addresses", "address_index"),
    ("contact_fields", "name"),
    ("contact_inboxes", "contact_id,inbox_id"),
    ("contact_values", "contact_id,field_id"),
    ("conversation_tags", "conversation_id,tag_id"),
    ("conversations", "inbox_id,contact_id"),
    ("idempotency_keys", "api_token_id,idempotency_key"),
    ("interview_policies", "inbox_id"),
    ("interviewer_busy", "calendar_id,starts_at"),
    ("interviewer_feeds", "interviewer_id"),
    ("interviewer_feeds", "token_hash"),
    ("interviewers", "email_index"),
    ("link_destinations", "name"),
    ("webhook_deliveries", "webhook_id,seq"),
    ("link_hosts", "host"),
    ("link_opens", "link_id,opened_at"),
    ("links", "token_hash"),
    ("drafts", "conversation_id,user_id"),
    ("escalation_policies", "inbox_id"),
    ("escalation_steps", "inbox_id,position"),
    ("escalations", "conversation_id,since,position,turn"),
    ("handoff_flows", "name"),
    ("handoff_options", "flow_id,digit"),
    ("handoff_sayings", "flow_id,speech,language"),
    ("handoff_switches", "flow_id"),
    ("handoffs", "call_index,digit,turn"),
    ("help_calls", "conversation_id"),
    ("memberships", "inbox_id,user_id"),
    ("mentions", "message_id,user_id"),
    ("menu_calls", "flow_id,call_index"),
    ("messages", "provider_account_id,provider_ref"),
    ("messages", "conversation_id,client_message_id"),
    ("opening_interviewers", "opening_id,interviewer_id"),
    ("photos", "message_id,position"),
    ("provider_accounts", "hook_token_hash"),
    ("push_subscriptions", "session_id"),
    ("pushes", "session_id,message_id"),
    ("quiet_times", "user_id"),
    ("reads", "conversation_id,user_id"),
    ("receipts", "provider_account_id,dedupe_key"),
    ("refused_replies", "mail_hash"),
    ("reply_forms", "token_hash"),
    ("reply_inboxes", "inbox_id"),
    ("senders", "provider_account_id,address"),
    ("sessions", "token_hash"),
    ("set_up_links", "token_hash"),
    ("tags", "name"),
    ("team_inboxes", "team_id,inbox_id"),
    ("team_members", "team_id,user_id"),
    ("teams", "name"),
    ("users", "email_index"),
];

#[test]
fn every_column_the_code_knows_is_there_and_no_other() {
    let db = TestDb::migrated();
    let mut raw = db.raw();
    let known = schema();
    assert!(known.len() >= 20, "only {} tables were read from schema.rs", known.len());
    for (table, columns) in &known {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let select =
            format!("select count(*) as n from (select {} from {table}) as s", columns.join(", "));
        assert_eq!(raw.number(&select), 0, "{table}");
    }
    let found = tables(&mut raw);
    let names = |tables: &Tables| tables.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&known), names(&found));
    assert_eq!(known, found);
}

#[test]
fn a_column_too_many_or_too_few_is_noticed() {
    let db = TestDb::migrated();
    let mut raw = db.raw();
    assert!(raw.try_execute("select colour from messages").is_err());
    raw.execute("alter table messages add column colour text");
    assert_ne!(tables(&mut raw), schema());
    raw.execute("alter table messages drop column colour");
    assert_eq!(tables(&mut raw), schema());
    raw.execute("drop index messages_by_provider_ref");
    let once = ("messages".to_owned(), "provider_account_id,provider_ref".to_owned());
    assert!(!unique_indexes(&mut raw).contains(&once));
}

#[test]
fn both_trees_hold_the_same_migrations() {
    let folders = |tree: &str| {
        let entries = std::fs::read_dir(Path::new("migrations").join(tree)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(folders("sqlite"), folders("postgres"));
    assert!(folders("sqlite").len() >= 5);
    for tree in ["sqlite", "postgres"] {
        for name in folders(tree) {
            for file in ["up.sql", "down.sql"] {
                let path = Path::new("migrations").join(tree).join(&name).join(file);
                assert!(!std::fs::read_to_string(&path).unwrap().trim().is_empty(), "{path:?}");
            }
        }
    }
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    let db = TestDb::migrated();
    let once = shape(&mut db.raw());
    henji::store::migrate_down_and_up(db.url()).unwrap();
    assert_eq!(shape(&mut db.raw()), once);

    // And undone means gone.
    let tree = if test_db::is_postgres() { "migrations/postgres" } else { "migrations/sqlite" };
    let mut folders: Vec<_> =
        std::fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut raw = db.raw();
    for folder in folders.iter().rev() {
        raw.execute(&std::fs::read_to_string(folder.join("down.sql")).unwrap());
    }
    assert!(tables(&mut raw).is_empty(), "{:?}", tables(&mut raw).keys());
}

#[test]
fn what_must_be_once_is_held_so_by_an_index() {
    let db = TestDb::migrated();
    let mut raw = db.raw();
    let found = unique_indexes(&mut raw);
    for (table, columns) in UNIQUE {
        let index = (table.to_string(), columns.to_string());
        assert!(found.contains(&index), "{table} ({columns}) is not unique; there are {found:?}");
    }
}

#[tokio::test]
async fn every_connection_waits_for_the_disk() {
    let app = TestApp::start().await;
    // More at once than the pool holds, so that each of them is asked.
    let reads = (0..16).map(|_| app.store.read(durability));
    for found in futures_util::future::join_all(reads).await {
        assert_eq!(found.unwrap(), DURABLE);
    }
    let written = app.store.write(|tx| durability(tx)).await.unwrap();
    assert_eq!(written, DURABLE);
}

/// SQLite: FULL. PostgreSQL: anything but `off`.
const DURABLE: i32 = 2;

fn durability(db: &mut Db) -> Result<i32, StoreError> {
    #[derive(QueryableByName)]
    struct Level {
        #[diesel(sql_type = Integer)]
        level: i32,
    }
    const SQLITE: &str = "select synchronous as level from pragma_synchronous";
    const POSTGRES: &str = "select case when current_setting('synchronous_commit') = 'off' \
        or current_setting('fsync') = 'off' then 0 else 2 end as level";
    let conn: &mut DbConnection = db;
    let level: QueryResult<Level> = match conn {
        DbConnection::Sqlite(conn) => sql_query(SQLITE).get_result(conn),
        DbConnection::Postgres(conn) => sql_query(POSTGRES).get_result(conn),
    };
    Ok(level?.level)
}

type Tables = BTreeMap<String, BTreeSet<String>>;

/// The tables of `src/store/schema.rs`, read as text: the file is the store's own.
fn schema() -> Tables {
    let text = std::fs::read_to_string("src/store/schema.rs").unwrap();
    let mut tables = Tables::new();
    for block in text.split("diesel::table! {").skip(1) {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let head = lines.find(|line| line.ends_with(") {")).unwrap();
        let name = head.split_whitespace().next().unwrap().to_owned();
        let columns =
            lines.map_while(|line| line.split_once(" -> ").map(|(name, _)| name.to_owned()));
        tables.insert(name, columns.collect());
    }
    tables
}

fn tables(raw: &mut Raw) -> Tables {
    let columns = match raw.is_postgres() {
        true => {
            "select table_name || '.' || column_name as t from information_schema.columns \
             where table_schema = 'public' and table_name not like '\\_\\_diesel%' \
             and table_name not like 'search\\_%'"
        }
        false => {
            "select m.name || '.' || c.name as t from sqlite_master m \
             join pragma_table_info(m.name) c where m.type = 'table' \
             and m.name not like 'sqlite%' and m.name not like '\\_\\_diesel%' escape '\\'"
        }
    };
    let mut found = Tables::new();
    for line in raw.texts(columns) {
        let (table, column) = line.split_once('.').unwrap();
        found.entry(table.to_owned()).or_default().insert(column.to_owned());
    }
    found
}

/// Columns with their types, and indexes as they are defined.
pub fn shape(raw: &mut Raw) -> Vec<String> {
    let shape = match raw.is_postgres() {
        true => {
            "select * from (select table_name || '.' || column_name || ' ' || data_type || ' ' \
             || is_nullable as t from information_schema.columns where table_schema = 'public' \
             union all select indexdef from pg_indexes where schemaname = 'public' \
             union all select conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) \
             from pg_constraint where connamespace = 'public'::regnamespace) as s order by t"
        }
        false => "select coalesce(sql, name) as t from sqlite_master order by type, name",
    };
    let found = raw.texts(shape);
    assert!(found.len() > 30, "{found:?}");
    found
}

fn unique_indexes(raw: &mut Raw) -> BTreeSet<(String, String)> {
    let indexes = match raw.is_postgres() {
        true => {
            "select i.indrelid::regclass::text || ':' || string_agg(a.attname, ',' order by k.n) as t \
             from pg_index i cross join lateral unnest(i.indkey::int[]) with ordinality as k(col, n) \
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.col \
             where i.indisunique and i.indrelid::regclass::text not like 'pg\\_%' \
             group by i.indexrelid, i.indrelid"
        }
        false => {
            "select m.name || ':' || (select group_concat(name, ',') from \
             (select name from pragma_index_info(l.name) order by seqno)) as t \
             from sqlite_master m join pragma_index_list(m.name) l \
             where m.type = 'table' and l.\"unique\" = 1"
        }
    };
    let found = raw.texts(indexes);
    let pairs = found.iter().map(|line| line.split_once(':').unwrap());
    pairs.map(|(table, columns)| (table.to_owned(), columns.to_owned())).collect()
}
