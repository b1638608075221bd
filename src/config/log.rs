//! How much is logged.

use super::error::ConfigError;
use super::reader::Reader;

/// `HENJI_LOG`
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// A level, or a level and `module=level` pairs, checked word by word: the
    /// logging library would take a mistyped level for the name of a module.
    pub filter: String,
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl LogConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        let filter = reader.get("HENJI_LOG", "info", parse_filter, String::clone)?;
        Ok(Self { filter })
    }
}

fn parse_filter(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    parts.iter().all(|part| is_directive(part)).then(|| parts.join(","))
}

fn is_directive(part: &str) -> bool {
    let is_module = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_:-".contains(c))
    };
    match part.split_once('=') {
        Some((module, level)) => is_module(module) && LEVELS.contains(&level),
        None => LEVELS.contains(&part),
    }
}
