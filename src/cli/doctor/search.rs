//! How far the search index has come.

use super::report::Report;
use crate::config::Config;
use crate::store::search::{self, Progress};

/// More than this is more than the server puts into it in a second.
const BEHIND: i64 = 2_000;

pub fn examine(config: &Config, key: Option<[u8; 32]>, report: &mut Report) {
    const CHECK: &str = "search";
    match search::examine(&config.database.url.expose(), key.unwrap_or_default()) {
        Ok(None) => report.ok(CHECK, "no index yet; the next start makes it"),
        Ok(Some(Progress { is_complete: false, messages, .. })) => {
            let cure = "henji goes on with it while it runs; older texts are not found until then";
            let message = format!("the index is being made: {messages} messages so far");
            report.warning(CHECK, message, cure);
        }
        Ok(Some(Progress { behind, .. })) if behind > BEHIND => {
            let cure = "start henji; if it runs, see what its log says";
            report.warning(CHECK, format!("the index is {behind} events behind"), cure);
        }
        Ok(Some(_)) => report.ok(CHECK, "every message can be found"),
        Err(error) => report.warning(CHECK, error, "henji search rebuild"),
    }
}
