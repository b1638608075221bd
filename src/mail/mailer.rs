//! Hands letters to an SMTP server or, where there is none, to a folder.

use std::path::PathBuf;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::{Host, Url};

use crate::config::MailConfig;
use crate::domain::id::MailId;
use crate::domain::mail::MailFailure;

/// For each answer of the server (RFC 5321 4.5.3.2 allows minutes; who waits for
/// somebody to be told does not).
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections that are kept for the next mail.
const CONNECTIONS: u32 = 4;

#[derive(Clone, Debug)]
pub enum Mailer {
    Smtp {
        server: AsyncSmtpTransport<Tokio1Executor>,
        from: Address,
    },
    /// Each mail becomes an `.eml` file.
    Folder(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    #[error("HENJI_SMTP_URL cannot be used: {0}")]
    Server(#[source] SmtpError),
    #[error("HENJI_MAIL_FROM cannot be used: {0}")]
    From(#[source] lettre::address::AddressError),
}

impl Mailer {
    pub fn new(config: &MailConfig) -> Result<Self, MailerError> {
        let Some(url) = &config.smtp_url else { return Ok(Self::Folder(config.folder.clone())) };
        let from = config.from.address.parse().map_err(MailerError::From)?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&secured(url.expose()))
            .map_err(MailerError::Server)?
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        Ok(Self::Smtp { server, from })
    }

    /// Whether somebody outside gets what is sent.
    pub fn reaches_people(&self) -> bool {
        matches!(self, Self::Smtp { .. })
    }

    /// Whether the server answers and knows us.
    pub async fn check(&self) -> Result<(), MailFailure> {
        match self {
            Self::Smtp { server, .. } => match server.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(MailFailure::Later),
                Err(error) => Err(failure(&error)),
            },
            Self::Folder(_) => Ok(()),
        }
    }

    /// Hands a letter over; the server has taken it once this returns.
    pub async fn send(&self, id: MailId, to: &str, letter: &[u8]) -> Result<(), MailFailure> {
        match self {
            Self::Smtp { server, from } => {
                let to: Address = to.parse().map_err(|_malformed| MailFailure::Refused)?;
                let envelope = Envelope::new(Some(from.clone()), vec![to])
                    .map_err(|_nobody| MailFailure::Refused)?;
                server.send_raw(&envelope, letter).await.map(drop).map_err(|error| {
                    // The server's words may name people.
                    let failure = failure(&error);
                    tracing::warn!(mail.id = %id, failure = failure.word(), "a mail was not taken");
                    failure
                })
            }
            Self::Folder(folder) => {
                let write = async || {
                    tokio::fs::create_dir_all(folder).await?;
                    let unfinished = folder.join(format!("{id}.part"));
                    tokio::fs::write(&unfinished, letter).await?;
                    tokio::fs::rename(&unfinished, folder.join(format!("{id}.eml"))).await
                };
                write().await.map_err(|error| {
                    tracing::error!(%error, mail.id = %id, "a mail could not be written");
                    MailFailure::Unreachable
                })
            }
        }
    }
}

/// `smtp://` is spoken in clear to this machine alone: elsewhere STARTTLS is asked
/// for, and nothing is sent where it is refused.
fn secured(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    let is_here = match parsed.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.parse() == Ok(LOOPBACK),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if parsed.scheme() == "smtp" && !is_here {
        parsed.set_query(Some("tls=required"));
    }
    parsed.to_string()
}

/// Addresses in URLs of other schemes than the web's are names to the parser.
const LOOPBACK: std::net::Ipv4Addr = std::net::Ipv4Addr::LOCALHOST;

fn failure(error: &SmtpError) -> MailFailure {
    // 530, 534, 535, 538: who we are, not what we send (RFC 4954 6).
    let is_about_us =
        error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    match () {
        () if is_about_us => MailFailure::Credentials,
        () if error.is_tls() => MailFailure::Tls,
        () if error.is_permanent() => MailFailure::Refused,
        () if error.is_transient() => MailFailure::Later,
        () => MailFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_machine_in_clear() {
        for (url, used) in [
            ("smtp://mail.example.jp:587", "smtp://mail.example.jp:587?tls=required"),
            (
                "smtp://u:p%40@10.0.0.5:25?tls=opportunistic",
                "smtp://u:p%40@10.0.0.5:25?tls=required",
            ),
            ("smtps://mail.example.jp", "smtps://mail.example.jp"),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025"),
            ("smtp://localhost:1025", "smtp://localhost:1025"),
            ("smtp://[::1]:1025", "smtp://[::1]:1025"),
        ] {
            assert_eq!(secured(url), used);
        }
    }
}
