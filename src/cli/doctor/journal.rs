//! What was acknowledged and is not in the database yet.

use super::report::Report;
use crate::config::Config;
use crate::journal::{self, Damage, Scanned};

pub fn examine(config: &Config, report: &mut Report) {
    let path = config.files.journal();
    let aside = path.with_extension("damaged");
    if aside.exists() {
        let message = format!("{} holds records behind a damaged one", aside.display());
        let cure = "check the disk; ask the provider for what its list shows and henji does not, \
                    then remove the file";
        report.error("journal", message, cure);
    }
    match journal::examine(&path) {
        Ok(None) => report.ok("journal", "none yet"),
        Ok(Some(Scanned { damage: Some(Damage::Corrupt), records, .. })) => {
            let message = format!("{} is damaged after {records} records", path.display());
            report.error("journal", message, "check the disk; the next start keeps a copy");
        }
        Ok(Some(Scanned { records: 0, .. })) => report.ok("journal", "nothing waits in it"),
        Ok(Some(Scanned { records, end, .. })) => {
            let message = format!("{records} webhook requests ({} KiB) wait", end.div_ceil(1024));
            let cure = "start henji, or bring the database back: they are filed by themselves";
            report.warning("journal", message, cure);
        }
        Err(error) => {
            let cure = "let henji read it; if it is none of henji's, set another HENJI_DATA_DIR";
            report.error("journal", format!("{}: {error}", path.display()), cure);
        }
    }
}
