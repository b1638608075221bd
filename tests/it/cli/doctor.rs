//! What the doctor finds, with a planted fault for each error.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::{Place, Ran, json};

/// Level and message of the last finding of `check`.
fn finding<'a>(report: &'a Value, check: &str) -> (&'a str, &'a str) {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().rfind(|finding| finding["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no finding of {check}: {report}"));
    (found["level"].as_str().unwrap(), found["message"].as_str().unwrap())
}

fn ill(ran: Ran) -> Value {
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let report = json(&ran.out);
    assert_eq!(report["healthy"], false);
    report
}

#[test]
fn an_empty_place_is_healthy_and_stays_empty() {
    let place = Place::empty();
    let report = json(&place.run("doctor --json", "").must_succeed());
    assert_eq!(report["healthy"], true);
    assert_eq!(finding(&report, "key file").0, "warning");
    let made: Vec<_> = std::fs::read_dir(place.db.folder()).unwrap().collect();
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn a_house_that_is_set_up_has_no_errors() {
    let place = Place::set_up();
    let report = json(&place.run("doctor --json", "").must_succeed());
    for check in ["configuration", "database", "durability", "migrations", "clock", "key"] {
        assert_eq!(finding(&report, check).0, "ok", "{check}");
    }
    assert_eq!(finding(&report, "provider account").0, "ok");
    assert!(place.run("doctor", "").must_succeed().ends_with("0 errors, 0 warnings\n"));
}

#[test]
fn a_time_in_which_nothing_was_received_is_told_to_the_second() {
    let place = Place::set_up();
    let mut raw = place.db.raw();
    let until = "2999-01-01 00:00:00";
    raw.execute(&format!(
        "insert into outages (id, began_at, ended_at) \
         select id, '2998-12-31 23:56:33', '{until}' from organizations"
    ));
    let report = json(&place.run("doctor --json", "").must_succeed());
    let (level, message) = finding(&report, "outage");
    assert_eq!(level, "warning");
    let told = "nothing could be received from 2998-12-31T23:56:33Z to 2999-01-01T00:00:00Z";
    assert!(message.ends_with(told), "{message}");
    // The list was read past it.
    raw.execute(&format!("update provider_accounts set listed_until = '{until}'"));
    assert!(place.run("doctor", "").must_succeed().ends_with("0 errors, 0 warnings\n"));
}

#[test]
fn another_key_and_a_lost_one_are_named() {
    let place = Place::set_up();
    let path = place.db.folder().join("henji.key");
    std::fs::write(&path, "ab".repeat(32)).unwrap();
    let report = ill(place.run("doctor --json", ""));
    assert_eq!(finding(&report, "key").1, "the key file is not the key of this database");
    std::fs::remove_file(&path).unwrap();
    let report = ill(place.run("doctor --json", ""));
    assert_eq!(finding(&report, "key").1, "this database is sealed, and its key is not here");
    assert!(!path.exists(), "a new key would hide that the old one is lost");
}

#[test]
fn a_key_that_others_can_read_is_an_error() {
    let place = Place::set_up();
    let path = place.db.folder().join("henji.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let report = ill(place.run("doctor --json", ""));
    assert!(finding(&report, "key file").1.contains("mode 644"));
}

#[test]
fn malformed_settings_are_a_finding() {
    let place = Place::empty();
    for (name, value) in [("HENJI_LISTEN", "everywhere"), ("HENJI_LISTNE", "127.0.0.1:8080")] {
        let report = ill(place.run_with("doctor --json", "", &[(name, value)]));
        let (level, message) = finding(&report, "configuration");
        assert!(level == "error" && message.contains(name), "{message}");
    }
}

#[test]
fn a_clear_address_in_the_world_is_an_error() {
    let place = Place::set_up();
    let world = [("HENJI_PUBLIC_URL", "http://sms.example.jp")];
    let report = ill(place.run_with("doctor --json", "", &world));
    assert_eq!(finding(&report, "public URL").0, "error");
    let world = [
        ("HENJI_PUBLIC_URL", "https://sms.example.jp"),
        ("HENJI_TRUSTED_PROXY", "127.0.0.1"),
        // Nobody is at home there.
        ("HENJI_SMTP_URL", "smtp://henji:very-secret@127.0.0.1:9"),
    ];
    let ran = place.run_with("doctor --json", "", &world);
    let report = json(&ran.must_succeed());
    assert_eq!(finding(&report, "public URL").0, "ok");
    let (level, told) = finding(&report, "mail");
    assert!(level == "warning" && told.ends_with("unreachable"), "{told}");
    assert!(!report.to_string().contains("very-secret"), "{report}");
}

#[test]
fn a_request_in_quarantine_waits_for_somebody() {
    let place = Place::set_up();
    let mut raw = place.db.raw();
    let (id, sealed) = if raw.is_postgres() {
        ("gen_random_uuid()", "'\\x00'")
    } else {
        ("randomblob(16)", "x'00'")
    };
    raw.execute(&format!(
        "insert into quarantine (id, route, request_sealed, problem, received_at) \
         values ({id}, 'inbound', {sealed}, 'the signature does not match', current_timestamp)"
    ));
    let report = json(&place.run("doctor --json", "").must_succeed());
    let (level, message) = finding(&report, "quarantine");
    assert!(level == "warning" && message.starts_with("1 webhook"), "{message}");
}
