//! Where henji listens and how the world reaches it.

use std::net::SocketAddr;

use super::error::ConfigError;
use super::network::Network;
use super::public_url::PublicUrl;
use super::reader::Reader;

/// `HENJI_LISTEN`, `HENJI_PUBLIC_URL`, `HENJI_LINK_URL`, `HENJI_TRUSTED_PROXY`
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Loopback by default: nothing is open to a network until somebody says so.
    pub listen: SocketAddr,
    pub public_url: PublicUrl,
    /// The host that short links have to themselves, if any.
    pub link_url: Option<PublicUrl>,
    /// Whose `X-Forwarded-For` is believed; nobody's by default.
    pub trusted_proxies: Vec<Network>,
}

impl WebConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: reader.get(
                "HENJI_LISTEN",
                "127.0.0.1:8080",
                |text| text.parse().ok(),
                SocketAddr::to_string,
            )?,
            public_url: reader.get(
                "HENJI_PUBLIC_URL",
                "http://127.0.0.1:8080",
                PublicUrl::parse,
                PublicUrl::to_string,
            )?,
            link_url: reader.get_optional(
                "HENJI_LINK_URL",
                PublicUrl::parse,
                PublicUrl::to_string,
            )?,
            trusted_proxies: reader
                .get_optional("HENJI_TRUSTED_PROXY", Network::parse_all, |networks| {
                    networks.iter().map(Network::to_string).collect::<Vec<_>>().join(", ")
                })?
                .unwrap_or_default(),
        })
    }

    /// What short links begin with.
    pub fn links(&self) -> &PublicUrl {
        self.link_url.as_ref().unwrap_or(&self.public_url)
    }
}
