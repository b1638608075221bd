//! A backup of an older henji is brought up to date; one of a newer is refused.

use super::Spot;
use crate::support::raw::Raw;

/// A migration that an older henji did not have, and its number.
const LATER: (&str, &str) = ("2026-11-22-070000_create_audit_head", "20261122070000");

#[test]
fn an_older_backup_is_migrated_and_a_newer_one_refused() {
    let house = Spot::set_up();
    let mut raw = house.db.raw();
    undo_later(&mut raw);
    house.run("backup old.backup").unwrap();
    raw.execute("insert into __diesel_schema_migrations (version) values ('20991231235959')");
    house.run("backup new.backup").unwrap();
    let spot = Spot::with_key_of(house.db.folder());
    let newer = house.path("new.backup").display().to_string();
    let said = spot.run(&format!("restore {newer}")).unwrap_err();
    assert!(said.contains("install that version or a later one"), "{said}");
    let older = house.path("old.backup").display().to_string();
    let told = spot.run(&format!("restore {older}")).unwrap();
    assert!(told.contains("1 migrations applied"), "{told}");
    assert_eq!(spot.db.raw().count("audit_head", ""), 1);
    assert!(spot.run("audit verify").unwrap().contains("intact"));
}

fn undo_later(raw: &mut Raw) {
    let (name, version) = LATER;
    let tree = if raw.is_postgres() { "postgres" } else { "sqlite" };
    let down = std::fs::read_to_string(format!("migrations/{tree}/{name}/down.sql")).unwrap();
    raw.execute(&down);
    raw.execute(&format!("delete from __diesel_schema_migrations where version = '{version}'"));
}
