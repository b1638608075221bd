//! A restored house holds what the backup was made of, on either database.

use henji::store::backup::Table;

use super::{Spot, contents};
use crate::support::raw::Raw;

/// What a restore changes itself: sessions end, and it says what it did.
const TOUCHED: [&str; 6] =
    ["audit_entries", "audit_head", "events", "messages", "outbox", "sessions"];

#[test]
fn a_sample_house_comes_back_row_by_row() {
    let house = Spot { db: crate::support::test_db::TestDb::empty() };
    house.run("demo --messages 2000 --seed 3").unwrap();
    house.run("backup whole.backup").unwrap();
    let before = house.contents();
    assert!(before.iter().map(|table| table.rows).sum::<u64>() > 4_000);
    let file = house.path("whole.backup").display().to_string();
    let restored = Spot::with_key_of(house.db.folder());
    let told = restored.run(&format!("restore {file}")).unwrap();
    assert!(told.starts_with("2000 messages, "), "{told}");
    same(&before, &restored.contents(), 1);
    restored.run("audit verify").unwrap();
    restored.run("doctor").unwrap();

    // The control: one changed value is one changed table.
    restored.db.raw().execute("update messages set segments = segments + 1 where segments > 1");
    let changed = restored.contents();
    assert_ne!(of(&before, "messages"), of(&changed, "messages"));

    // A check restores as well, and keeps nothing.
    let files = restored.files();
    let told = restored.run(&format!("restore --check {file}")).unwrap();
    assert!(told.contains("nothing was kept"), "{told}");
    assert_eq!(restored.files(), files);
    if house.db.raw().is_postgres() {
        onto_sqlite_and_back(&house, &before, &file);
    }
}

/// The way of a house that outgrows its machine, and back.
fn onto_sqlite_and_back(house: &Spot, before: &[Table], file: &str) {
    let small = Spot::with_key_of(house.db.folder());
    let url = format!("sqlite:{}", small.path("henji.db").display());
    let set = [("HENJI_DATABASE_URL", url.as_str())];
    small.run_with(&format!("restore {file}"), "", &set).unwrap();
    assert!(!Raw::open(&url).is_postgres());
    same(before, &contents(&url, small.db.folder()), 1);
    small.run_with("backup small.backup", "", &set).unwrap();
    let large = Spot::with_key_of(house.db.folder());
    let file = small.path("small.backup").display().to_string();
    large.run(&format!("restore {file}")).unwrap();
    assert!(large.db.raw().is_postgres());
    same(before, &large.contents(), 2);
    large.run("audit verify").unwrap();
    let shape = "select indexname || ' ' || indexdef as t from pg_indexes \
        where schemaname = 'public' union all select conname || ' ' || pg_get_constraintdef(oid) \
        from pg_constraint where connamespace = 'public'::regnamespace order by 1";
    assert_eq!(large.db.raw().texts(shape), house.db.raw().texts(shape), "keys and indexes");
}

fn same(before: &[Table], after: &[Table], restores: u64) {
    assert!(before.len() > 20);
    for table in before.iter().filter(|table| !TOUCHED.contains(&table.name.as_str())) {
        assert_eq!(Some(table), of(after, &table.name));
    }
    assert_eq!(of(before, "messages"), of(after, "messages"), "nothing waited to be sent");
    let rows = |tables: &[Table], name: &str| of(tables, name).map_or(0, |table| table.rows);
    for told in ["audit_entries", "events"] {
        assert_eq!(rows(after, told), rows(before, told) + restores, "{told}: the restore itself");
    }
}

fn of<'a>(tables: &'a [Table], name: &str) -> Option<&'a Table> {
    tables.iter().find(|table| table.name == name)
}
