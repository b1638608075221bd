//! Hands letters to an SMTP server or, where there is none, to a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::{Host, Url};

use crate::config::MailConfig;
use crate::domain::id::MailId;
use crate::domain::mail::MailFailure;

/// Connections that are kept for the next mail.
const CONNECTIONS: u32 = 4;

#[derive(Clone, Debug)]
pub enum Mailer {
    Smtp {
        server: AsyncSmtpTransport<Tokio1Executor>,
        from: Address,
        /// For all the server says to one mail. lettre itself waits for its answers
        /// without end: its own limit is that of the connecting alone.
        patience: Duration,
    },
    /// Each mail becomes an `.eml` file.
    Folder(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    #[error("HENJI_SMTP_URL cannot be used: {0}")]
    Server(#[source] SmtpError),
    #[error("HENJI_SMTP_CA: cannot read {0}: {1}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("HENJI_SMTP_CA cannot be used: {0}")]
    Certificates(#[source] SmtpError),
    #[error("HENJI_SMTP_CA: there is no certificate in {0}")]
    NoCertificate(PathBuf),
    #[error("HENJI_MAIL_FROM cannot be used: {0}")]
    From(#[source] lettre::address::AddressError),
}

impl Mailer {
    pub fn new(config: &MailConfig) -> Result<Self, MailerError> {
        let Some(url) = &config.smtp_url else { return Ok(Self::Folder(config.folder.clone())) };
        let from = config.from.address.parse().map_err(MailerError::From)?;
        let (url, patience) = (secured(url.expose()), config.smtp_patience);
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(MailerError::Server)?
            .timeout(Some(patience))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some(tls) = config.smtp_ca.as_deref().and_then(|ca| trusting(&url, ca).transpose()) {
            server = server.tls(tls?);
        }
        Ok(Self::Smtp { server: server.build(), from, patience })
    }

    /// A mail is sent, or has failed, within this.
    pub fn patience(&self) -> Duration {
        match self {
            Self::Smtp { patience, .. } => *patience,
            Self::Folder(_) => Duration::ZERO,
        }
    }

    /// Whether somebody outside gets what is sent.
    pub fn reaches_people(&self) -> bool {
        matches!(self, Self::Smtp { .. })
    }

    /// Whether the server answers and knows us.
    pub async fn check(&self) -> Result<(), MailFailure> {
        match self {
            Self::Smtp { server, patience, .. } => {
                match tokio::time::timeout(*patience, server.test_connection()).await {
                    Ok(Ok(true)) => Ok(()),
                    Ok(Ok(false)) => Err(MailFailure::Later),
                    Ok(Err(error)) => Err(failure(&error)),
                    Err(_silence) => Err(MailFailure::Unreachable),
                }
            }
            Self::Folder(_) => Ok(()),
        }
    }

    /// Hands a letter over; the server has taken it once this returns.
    pub async fn send(&self, id: MailId, to: &str, letter: &[u8]) -> Result<(), MailFailure> {
        match self {
            Self::Smtp { server, from, patience } => {
                let to: Address = to.parse().map_err(|_malformed| MailFailure::Refused)?;
                let envelope = Envelope::new(Some(from.clone()), vec![to])
                    .map_err(|_nobody| MailFailure::Refused)?;
                let sent = server.send_raw(&envelope, letter);
                let sent = match tokio::time::timeout(*patience, sent).await {
                    Ok(answer) => answer.map(drop).map_err(|error| failure(&error)),
                    Err(_silence) => Err(MailFailure::Unreachable),
                };
                sent.inspect_err(|failure| {
                    // The server's words may name people.
                    tracing::warn!(mail.id = %id, failure = failure.word(), "a mail was not taken");
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

/// How the server of `url` is spoken to, if in secret, where the certificates in the file
/// `ca` are trusted beside the system's.
fn trusting(url: &str, ca: &Path) -> Result<Option<Tls>, MailerError> {
    let pem = std::fs::read(ca).map_err(|error| MailerError::Unreadable(ca.into(), error))?;
    if !pem.windows(CERTIFICATE.len()).any(|part| part == CERTIFICATE) {
        return Err(MailerError::NoCertificate(ca.into()));
    }
    let ca = Certificate::from_pem(&pem).map_err(MailerError::Certificates)?;
    let Ok(url) = Url::parse(url) else { return Ok(None) };
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value);
    let host = url.host_str().unwrap_or_default().to_owned();
    let build = || TlsParameters::builder(host).add_root_certificate(ca).build();
    let tls = match (url.scheme(), asked.as_deref()) {
        ("smtps", _) => Tls::Wrapper(build().map_err(MailerError::Certificates)?),
        (_, Some("required")) => Tls::Required(build().map_err(MailerError::Certificates)?),
        (_, Some("opportunistic")) => {
            Tls::Opportunistic(build().map_err(MailerError::Certificates)?)
        }
        _ => return Ok(None),
    };
    Ok(Some(tls))
}

const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Addresses in URLs of other schemes than the web's are names to the parser.
const LOOPBACK: std::net::Ipv4Addr = std::net::Ipv4Addr::LOCALHOST;

fn failure(error: &SmtpError) -> MailFailure {
    // 530, 534, 535, 538: who we are, not what we send (RFC 4954 6).
    let is_about_us =
        error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    match () {
        () if is_about_us => MailFailure::Credentials,
        // It offers no STARTTLS, or no way to sign in.
        () if error.is_tls() || error.is_client() || is_distrust(error) => MailFailure::Tls,
        () if error.is_permanent() => MailFailure::Refused,
        () if error.is_transient() => MailFailure::Later,
        () => MailFailure::Unreachable,
    }
}

/// A handshake that failed comes as a line that broke, with what TLS says of it inside.
fn is_distrust(error: &SmtpError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = inner.source();
    }
    false
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
