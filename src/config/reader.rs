//! Finds the value of each setting and remembers where it came from.

use std::collections::BTreeMap;

use super::error::ConfigError;
use super::setting::{PREFIX, SETTINGS, Setting, named};

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    Environment,
    File,
}

/// A setting in force, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    pub name: &'static str,
    pub value: String,
    pub origin: Origin,
}

/// Hands out values by name and keeps the list of what is in force.
pub(super) struct Reader {
    given: BTreeMap<&'static str, (String, Origin)>,
    effective: Vec<Effective>,
}

impl Reader {
    /// Refuses unknown names, doubly set ones and files that cannot be read.
    pub fn new(
        environment: impl Iterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let environment: BTreeMap<_, _> =
            environment.filter(|(name, _)| name.starts_with(PREFIX)).collect();
        let file = file.map(parse_toml).transpose()?.unwrap_or_default();
        let mut given = resolve(file, Origin::File, |setting| setting.key())?;
        given.extend(resolve(environment, Origin::Environment, |setting| setting.name.to_owned())?);
        Ok(Self { given, effective: Vec::new() })
    }

    /// The value of `name`, or `default`, made into a `T` by `parse`.
    pub fn get<T>(
        &mut self,
        name: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> String,
    ) -> Result<T, ConfigError> {
        let (text, origin) = match self.given.remove(name) {
            Some((text, origin)) => (text, origin),
            None => (default.to_owned(), Origin::Default),
        };
        let value = parse(&text).ok_or_else(|| malformed(named(name), text))?;
        self.effective.push(Effective { name, value: show(&value), origin });
        Ok(value)
    }

    /// Like [`Self::get`], for a setting that may be absent.
    pub fn get_optional<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> String,
    ) -> Result<Option<T>, ConfigError> {
        if self.given.contains_key(name) {
            self.get(name, "", parse, show).map(Some)
        } else {
            self.effective.push(Effective {
                name,
                value: "none".to_owned(),
                origin: Origin::Default,
            });
            Ok(None)
        }
    }

    /// What was handed out, in the order of the table of settings.
    pub fn finish(mut self) -> Vec<Effective> {
        let place = |name: &str| SETTINGS.iter().position(|setting| setting.name == name);
        self.effective.sort_by_key(|effective| place(effective.name));
        self.effective
    }
}

fn malformed(setting: &Setting, value: String) -> ConfigError {
    let name = setting.name.to_owned();
    match setting.secret {
        true => ConfigError::MalformedSecret { name, expected: setting.expected },
        false => ConfigError::Malformed { name, value, expected: setting.expected },
    }
}

/// Sorts one source's values by setting, opening the files of secrets.
fn resolve(
    mut source: BTreeMap<String, String>,
    origin: Origin,
    written: impl Fn(&Setting) -> String,
) -> Result<BTreeMap<&'static str, (String, Origin)>, ConfigError> {
    let mut given = BTreeMap::new();
    for setting in SETTINGS {
        let name = written(setting);
        let file_name = match origin {
            Origin::File => setting.file_name().map(|_| format!("{name}_file")),
            _ => setting.file_name(),
        };
        let direct = source.remove(&name);
        let path = file_name.as_ref().and_then(|name| source.remove(name));
        let value = match (direct, path, file_name) {
            (Some(_), Some(_), Some(file_name)) => {
                return Err(ConfigError::SetTwice { name, file_name });
            }
            (None, Some(path), Some(file_name)) => Some(read_secret(file_name, path)?),
            (direct, ..) => direct,
        };
        if let Some(value) = value {
            given.insert(setting.name, (value, origin));
        }
    }
    match source.into_keys().next() {
        Some(name) => Err(ConfigError::Unknown { name }),
        None => Ok(given),
    }
}

/// The text of the file, without the line end that editors add.
fn read_secret(name: String, path: String) -> Result<String, ConfigError> {
    std::fs::read_to_string(&path).map(|text| text.trim_end().to_owned()).map_err(|error| {
        ConfigError::Unreadable { name, path: path.into(), problem: error.to_string() }
    })
}

/// The top-level values of `henji.toml`: text, numbers and nothing else.
fn parse_toml(text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
        ConfigError::Toml {
            line: before.matches('\n').count() + 1,
            problem: error.message().to_owned(),
        }
    })?;
    table
        .into_iter()
        .map(|(key, value)| match value {
            toml::Value::String(text) => Ok((key, text)),
            toml::Value::Integer(number) => Ok((key, number.to_string())),
            _ => Err(ConfigError::NotText { name: format!("{key} in henji.toml") }),
        })
        .collect()
}
