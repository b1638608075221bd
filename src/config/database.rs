//! Which database holds the data.

use std::path::PathBuf;

use url::Url;

use super::error::ConfigError;
use super::files::FilesConfig;
use super::reader::Reader;
use super::secret::Secret;

/// `HENJI_DATABASE_URL`, `HENJI_DATABASE_CONNECTIONS`
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    pub url: DatabaseUrl,
    /// Connections for reading. More than the disk and the processors can
    /// serve only make each of them wait longer.
    pub connections: u32,
}

/// A database by its scheme. Others are refused, because a mistyped scheme
/// must never quietly start an empty database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(Secret),
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader, files: &FilesConfig) -> Result<Self, ConfigError> {
        let beside = format!("sqlite:{}", files.data_dir.join("henji.db").display());
        Ok(Self {
            url: reader.get(
                "HENJI_DATABASE_URL",
                &beside,
                DatabaseUrl::parse,
                DatabaseUrl::shown,
            )?,
            connections: reader.get(
                "HENJI_DATABASE_CONNECTIONS",
                "4",
                |text| text.parse().ok().filter(|number| (1..=100).contains(number)),
                u32::to_string,
            )?,
        })
    }
}

impl DatabaseUrl {
    /// Reads `sqlite:<file>`, `sqlite://<file>` or a PostgreSQL address.
    ///
    /// SQLite in memory is refused: it would forget what it acknowledged.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let is_file = !path.is_empty()
                    && !path.starts_with(":memory:")
                    && !path.contains(['?', '\0']);
                is_file.then(|| Self::Sqlite(path.into()))
            }
            "postgres" | "postgresql" => {
                let is_address = |text: &String| Url::parse(text).is_ok();
                (rest.starts_with("//") && at_each_host(text).iter().all(is_address))
                    .then(|| Self::Postgres(Secret::new(text)))
            }
            _ => None,
        }
    }

    /// The address to open, password and all; for the store alone.
    pub fn expose(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.expose().to_owned(),
        }
    }

    /// Whether several nodes can share it.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// What may be shown of it.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let hosts = at_each_host(url.expose()).into_iter();
                hosts.map(|url| Secret::new(url).shown_as_address()).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// The address at each of the hosts it names, as in `postgres://a:5432,b:5432/henji`:
/// libpq tries one after the other, and goes on until one is as
/// `target_session_attrs` wants it.
fn at_each_host(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}
