//! The database: opens, fits the key, keeps what it acknowledges.

use chrono::TimeDelta;

use super::report::Report;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::audit::{self, Verdict};
use crate::store::health::{self, Health};
use crate::store::{Db, StoreError};

/// Deadlines are compared in the database's time, log lines in ours.
const MOST_SKEW: TimeDelta = TimeDelta::seconds(2);

/// True if the installation can be looked into further.
pub fn examine(config: &Config, key: Option<[u8; 32]>, report: &mut Report) -> bool {
    let url = &config.database.url;
    if !health::exists(&url.expose()) {
        let message = format!("{} is not there yet", url.shown());
        report.warning("database", message, "the first start makes it; then set henji up");
        return false;
    }
    // Without the key one can still see whether the database itself is well.
    match health::open(&url.expose(), key.unwrap_or_default()) {
        Ok(mut db) => match health::examine(&mut db) {
            Ok(health) => {
                told(&health, &url.shown(), report);
                let fits = health.is_migrated && key_fits(&mut db, key.is_some(), report);
                let whole = fits && health.damage.is_none();
                if whole {
                    audit_log(&mut db, report);
                }
                whole
            }
            Err(error) => unreadable(&error, report),
        },
        Err(error) => {
            let cure = "check HENJI_DATABASE_URL, and that the database runs and lets this user in";
            report.error("database", format!("{}: {error}", url.shown()), cure);
            false
        }
    }
}

fn told(health: &Health, shown: &str, report: &mut Report) {
    report.ok("database", format!("{} at {shown}", health.version));
    for risk in &health.risks {
        report.error("database", &risk.finding, risk.cure);
    }
    for warning in &health.warnings {
        report.warning("database", &warning.finding, warning.cure);
    }
    match &health.damage {
        Some(damage) => report.error(
            "database",
            format!("the file is damaged: {damage}"),
            "stop henji, keep a copy of the file, restore the last backup",
        ),
        None if health.risks.is_empty() => {
            report.ok("durability", "what is acknowledged is on disk");
        }
        None => {}
    }
    if health.is_migrated {
        report.ok("migrations", "all applied");
    } else {
        let cure = "`henji serve` applies them at its start";
        report.warning("migrations", "some are not applied yet", cure);
    }
    let skew = (Clock::default().now().naive_utc() - health.now).abs();
    if skew > MOST_SKEW {
        let message = format!("{} s apart from the database's", skew.num_seconds());
        report.error("clock", message, "run NTP on this machine and on the database's");
    } else {
        report.ok("clock", format!("{} ms apart from the database's", skew.num_milliseconds()));
    }
}

/// Without a key, only a database in which nothing is sealed yet will do.
fn key_fits(db: &mut Db, has_key: bool, report: &mut Report) -> bool {
    match health::key_fits(db) {
        Ok(true) if has_key => {
            report.ok("key", "opens what is sealed in this database");
            true
        }
        Ok(true) => false,
        Ok(false) => {
            let message = match has_key {
                true => "the key file is not the key of this database",
                false => "this database is sealed, and its key is not here",
            };
            let cure = "bring back the key this installation was made with, \
                        or set HENJI_DATABASE_URL to the database of this key";
            report.error("key", message, cure);
            false
        }
        Err(error) => unreadable(&error, report),
    }
}

fn audit_log(db: &mut Db, report: &mut Report) {
    const CHECK: &str = "audit log";
    match audit::verify(db) {
        Ok(verdict @ Verdict::Intact { .. }) => report.ok(CHECK, verdict),
        Ok(broken) => {
            let cure = "find out who can write to the database past henji; \
                        compare with a backup from before: henji restore --check FILE";
            report.error(CHECK, broken, cure);
        }
        Err(error) => report.error(CHECK, error, "see what the database says in its own log"),
    }
}

fn unreadable(error: &StoreError, report: &mut Report) -> bool {
    report.error("database", error, "see what the database says in its own log");
    false
}
