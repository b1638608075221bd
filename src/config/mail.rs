//! How mail leaves the house.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::error::ConfigError;
use super::files::FilesConfig;
use super::public_url::PublicUrl;
use super::reader::Reader;
use super::secret::Secret;

/// How long the server may take for one mail, in seconds: RFC 5321 4.5.3.2 allows minutes
/// for each of its answers, but who waits for somebody to be told does not.
const PATIENCE: &str = "30";
const LONGEST_PATIENCE: u64 = 300;

/// `HENJI_SMTP_URL`, `HENJI_SMTP_CA`, `HENJI_SMTP_PATIENCE`, `HENJI_MAIL_FROM`
#[derive(Clone, Debug)]
pub struct MailConfig {
    pub smtp_url: Option<Secret>,
    /// Signs the server's certificate where nobody whom the system trusts does.
    pub smtp_ca: Option<PathBuf>,
    /// For all the server says to one mail.
    pub smtp_patience: Duration,
    /// Where mails are written as `.eml` files while there is no SMTP server.
    pub folder: PathBuf,
    /// `henji@` the public URL's name by default.
    pub from: MailAddress,
}

/// A sender of mail: an address, and the name shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress {
    pub name: Option<String>,
    pub address: String,
}

impl MailConfig {
    pub(super) fn read(
        reader: &mut Reader,
        public_url: &PublicUrl,
        files: &FilesConfig,
    ) -> Result<Self, ConfigError> {
        let from = format!("henji@{}", public_url.domain().unwrap_or("localhost"));
        Ok(Self {
            smtp_url: reader.get_optional(
                "HENJI_SMTP_URL",
                parse_smtp,
                Secret::shown_as_address,
            )?,
            smtp_ca: reader
                .get_optional("HENJI_SMTP_CA", parse_path, |path| path.display().to_string())?,
            smtp_patience: reader.get(
                "HENJI_SMTP_PATIENCE",
                PATIENCE,
                parse_patience,
                |patience| patience.as_secs().to_string(),
            )?,
            folder: files.data_dir.join("mail"),
            from: reader.get(
                "HENJI_MAIL_FROM",
                &from,
                MailAddress::parse,
                MailAddress::to_string,
            )?,
        })
    }
}

impl MailAddress {
    /// Reads `a@b` or `Name <a@b>`. Control characters are refused: a line
    /// break here would be a header of somebody else's making.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(inner) => inner.split_once('<').map(|(name, address)| (name.trim(), address))?,
            None => ("", text.trim()),
        };
        let (local, domain) = address.split_once('@')?;
        let is_word = |part: &str| {
            !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@<>,;\"".contains(c))
        };
        (is_word(local) && is_word(domain)).then(|| Self {
            name: (!name.is_empty()).then(|| name.trim_matches('"').to_owned()),
            address: address.to_owned(),
        })
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

fn parse_path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

fn parse_patience(text: &str) -> Option<Duration> {
    let seconds = text.parse().ok().filter(|seconds| (1..=LONGEST_PATIENCE).contains(seconds));
    seconds.map(Duration::from_secs)
}

fn parse_smtp(text: &str) -> Option<Secret> {
    let url = Url::parse(text).ok()?;
    let is_server = matches!(url.scheme(), "smtp" | "smtps") && url.has_host();
    is_server.then(|| Secret::new(text))
}
