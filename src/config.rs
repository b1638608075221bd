//! What the operator decided, read once at the start.
//!
//! The environment (`HENJI_…`) comes first, then `henji.toml` in the working
//! directory, then the default. `X_FILE` names a file that holds a secret.
//! Reading is strict: an unknown name or a malformed value stops the start,
//! because a typing error that is ignored is found only after it has done harm.
//! Nothing else in the house reads the environment.

mod calendars;
mod database;
mod error;
mod files;
mod language;
mod live;
mod log;
mod mail;
mod network;
mod public_url;
mod push;
mod reader;
mod replies;
mod secret;
mod setting;
mod web;
mod webhooks;

pub use calendars::CalendarsConfig;
pub use database::{DatabaseConfig, DatabaseUrl};
pub use error::ConfigError;
pub use files::FilesConfig;
pub use language::{Language, LanguageConfig};
pub use live::LiveConfig;
pub use log::LogConfig;
pub use mail::{MailAddress, MailConfig};
pub use network::Network;
pub use public_url::PublicUrl;
pub use push::PushConfig;
pub use reader::{Effective, Origin};
pub use replies::ReplyConfig;
pub use secret::Secret;
pub use setting::{SETTINGS, Setting};
pub use web::WebConfig;
pub use webhooks::WebhooksConfig;

use reader::Reader;

/// Where `henji.toml` is looked for: the working directory.
const FILE: &str = "henji.toml";

/// Every setting, one struct per area.
#[derive(Clone, Debug)]
pub struct Config {
    pub web: WebConfig,
    pub files: FilesConfig,
    pub database: DatabaseConfig,
    pub live: LiveConfig,
    pub mail: MailConfig,
    /// Nothing listens unless it is asked for.
    pub replies: Option<ReplyConfig>,
    pub push: PushConfig,
    pub calendars: CalendarsConfig,
    pub webhooks: WebhooksConfig,
    pub log: LogConfig,
    pub language: LanguageConfig,
    effective: Vec<Effective>,
}

impl Config {
    /// Reads the process's environment and `henji.toml`, if there is one.
    pub fn load() -> Result<Self, ConfigError> {
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(setting::PREFIX)) else {
                continue;
            };
            let Some(value) = value.to_str() else {
                return Err(ConfigError::NotText { name: name.to_owned() });
            };
            environment.push((name.to_owned(), value.to_owned()));
        }
        let file = match std::fs::read_to_string(FILE) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(ConfigError::Unreadable {
                    name: FILE.to_owned(),
                    path: FILE.into(),
                    problem: error.to_string(),
                });
            }
        };
        Self::from_sources(environment.into_iter(), file.as_deref())
    }

    /// The settings that `environment` and the text of `henji.toml` make.
    ///
    /// Names without the `HENJI_` prefix are not ours and are passed over.
    pub fn from_sources(
        environment: impl Iterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment, file)?;
        let web = WebConfig::read(&mut reader)?;
        let files = FilesConfig::read(&mut reader)?;
        let database = DatabaseConfig::read(&mut reader, &files)?;
        let live = LiveConfig::read(&mut reader)?;
        let mail = MailConfig::read(&mut reader, &web.public_url, &files)?;
        let replies = ReplyConfig::read(&mut reader)?;
        let push = PushConfig::read(&mut reader)?;
        let calendars = CalendarsConfig::read(&mut reader)?;
        let webhooks = WebhooksConfig::read(&mut reader)?;
        let log = LogConfig::read(&mut reader)?;
        let language = LanguageConfig::read(&mut reader)?;
        let effective = reader.finish();
        Ok(Self {
            web,
            files,
            database,
            live,
            mail,
            replies,
            push,
            calendars,
            webhooks,
            log,
            language,
            effective,
        })
    }

    /// What is in force and where it came from, secrets hidden, for `doctor`.
    pub fn effective(&self) -> &[Effective] {
        &self.effective
    }
}

#[cfg(test)]
mod tests;
