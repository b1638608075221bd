//! Answers by mail, as our own mail server hands them over.

use std::net::{IpAddr, SocketAddr};

use super::error::ConfigError;
use super::network::Network;
use super::reader::Reader;
use super::setting::named;

/// `HENJI_REPLY_LISTEN`, `HENJI_REPLY_DOMAIN`, `HENJI_REPLY_AUTHSERV`, `HENJI_REPLY_NETWORKS`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyConfig {
    /// Where LMTP and SMTP are spoken.
    pub listen: SocketAddr,
    /// What stands behind the `@` of addresses that are answered to.
    pub domain: String,
    /// The name our mail server gives itself in `Authentication-Results`.
    pub authserv: String,
    /// From where mail is taken: whoever may connect here may also claim who wrote it.
    pub networks: Vec<Network>,
}

impl ReplyConfig {
    /// `None` unless it is asked for; then all that it needs must be there.
    pub(super) fn read(reader: &mut Reader) -> Result<Option<Self>, ConfigError> {
        let (listen, domain, authserv, networks) = (
            reader.get_optional(
                "HENJI_REPLY_LISTEN",
                |text| text.parse().ok(),
                SocketAddr::to_string,
            )?,
            reader.get_optional("HENJI_REPLY_DOMAIN", parse_domain, String::clone)?,
            reader.get_optional("HENJI_REPLY_AUTHSERV", parse_domain, String::clone)?,
            reader.get(
                "HENJI_REPLY_NETWORKS",
                "127.0.0.0/8, ::1",
                Network::parse_all,
                |networks| networks.iter().map(Network::to_string).collect::<Vec<_>>().join(", "),
            )?,
        );
        let missing = |name| ConfigError::Missing {
            name: named(name).name.to_owned(),
            expected: named(name).expected,
            beside: "HENJI_REPLY_LISTEN",
        };
        let Some(listen) = listen else { return Ok(None) };
        Ok(Some(Self {
            listen,
            domain: domain.ok_or_else(|| missing("HENJI_REPLY_DOMAIN"))?,
            authserv: authserv.ok_or_else(|| missing("HENJI_REPLY_AUTHSERV"))?,
            networks,
        }))
    }

    pub fn takes_from(&self, peer: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(peer))
    }
}

/// A name of the DNS, in lower case.
fn parse_domain(text: &str) -> Option<String> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // What is before the @ takes 61 of the 254 that an address may have.
    let fits = text.len() <= 190 && text.split('.').all(is_label);
    fits.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_dns() {
        assert_eq!(parse_domain("Reply.Example.JP").as_deref(), Some("reply.example.jp"));
        assert_eq!(parse_domain("localhost").as_deref(), Some("localhost"));
        for wrong in ["", "a b", "a..b", "-a.jp", "返事.jp", "a@b", "a.jp."] {
            assert_eq!(parse_domain(wrong), None, "{wrong}");
        }
    }
}
