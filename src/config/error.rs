//! Why the settings cannot be used.

use std::path::PathBuf;

use super::setting::SETTINGS;

/// Names the setting and the cure; never repeats a value that may hold a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not a setting of henji; expected one of {}", known_names())]
    Unknown { name: String },
    #[error("{name} is {value:?}; expected {expected}")]
    Malformed { name: String, value: String, expected: &'static str },
    #[error(
        "{name} has a value that is not shown because it may hold a password; expected {expected}"
    )]
    MalformedSecret { name: String, expected: &'static str },
    #[error("{name} is not set; {beside} needs it: expected {expected}")]
    Missing { name: String, expected: &'static str, beside: &'static str },
    #[error("{name} is not text; expected text in UTF-8")]
    NotText { name: String },
    #[error("{name} and {file_name} are both set; expected only one of them")]
    SetTwice { name: String, file_name: String },
    #[error("{name}: cannot read {}: {problem}", path.display())]
    Unreadable { name: String, path: PathBuf, problem: String },
    #[error("henji.toml, line {line}: {problem}")]
    Toml { line: usize, problem: String },
}

fn known_names() -> String {
    SETTINGS.iter().map(|setting| setting.name).collect::<Vec<_>>().join(", ")
}
