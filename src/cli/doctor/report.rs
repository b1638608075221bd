//! What the doctor found, for people and for scripts.

use std::fmt::{self, Display};

use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    /// henji runs, and somebody should know.
    Warning,
    /// A promise does not hold.
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    check: &'static str,
    level: Level,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

/// The findings, in the order they were made.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub fn ok(&mut self, check: &'static str, message: impl Display) {
        self.add(check, Level::Ok, message, None);
    }

    pub fn warning(&mut self, check: &'static str, message: impl Display, cure: impl Display) {
        self.add(check, Level::Warning, message, Some(cure.to_string()));
    }

    pub fn error(&mut self, check: &'static str, message: impl Display, cure: impl Display) {
        self.add(check, Level::Error, message, Some(cure.to_string()));
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    fn add(
        &mut self,
        check: &'static str,
        level: Level,
        message: impl Display,
        cure: Option<String>,
    ) {
        self.findings.push(Finding { check, level, message: message.to_string(), cure });
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { check, level, message, cure } in &self.findings {
            let mark = match level {
                Level::Ok => "ok",
                Level::Warning => "WARNING",
                Level::Error => "ERROR",
            };
            writeln!(f, "{mark:<8} {check:<17} {message}")?;
            if let Some(cure) = cure {
                writeln!(f, "{:<26} cure: {cure}", "")?;
            }
        }
        let (errors, warnings) = (self.count(Level::Error), self.count(Level::Warning));
        write!(f, "\n{errors} errors, {warnings} warnings")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_make_an_installation_ill() {
        let mut report = Report::default();
        report.ok("database", "opens");
        report.warning("mail", "none", "set one");
        assert!(!report.has_errors());
        report.error("key file", "gone", "restore it");
        assert!(report.has_errors());
        let text = report.to_string();
        assert!(text.contains("ERROR    key file          gone\n"), "{text}");
        assert!(text.contains("cure: restore it"), "{text}");
        assert!(text.ends_with("1 errors, 1 warnings"), "{text}");
    }

    #[test]
    fn scripts_read_the_same_findings() {
        let mut report = Report::default();
        report.warning("mail", "none", "set one");
        assert_eq!(
            serde_json::to_string(report.findings()).unwrap(),
            r#"[{"check":"mail","level":"warning","message":"none","cure":"set one"}]"#
        );
    }
}
