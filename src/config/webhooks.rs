//! Where programs of others may be told what happens.

use super::error::ConfigError;
use super::network::Network;
use super::reader::Reader;

/// `HENJI_WEBHOOK_NETWORKS`
#[derive(Clone, Debug)]
pub struct WebhooksConfig {
    /// Networks of programs that the world cannot reach, where plain HTTP will do;
    /// nobody's by default.
    pub allowed: Vec<Network>,
}

impl WebhooksConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        let allowed =
            reader.get_optional("HENJI_WEBHOOK_NETWORKS", Network::parse_all, |networks| {
                networks.iter().map(Network::to_string).collect::<Vec<_>>().join(", ")
            })?;
        Ok(Self { allowed: allowed.unwrap_or_default() })
    }
}
