//! Notices to browsers whose tabs are closed.

use super::error::ConfigError;
use super::network::Network;
use super::reader::Reader;

/// `HENJI_PUSH`, `HENJI_PUSH_NETWORKS`
#[derive(Clone, Debug)]
pub struct PushConfig {
    /// Off in a closed network: the services of the browsers' makers cannot be reached.
    pub on: bool,
    /// Networks of push services that the world cannot reach; nobody's by default.
    pub allowed: Vec<Network>,
}

impl PushConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        let on = reader.get("HENJI_PUSH", "on", parse_switch, |on| switch(*on).to_owned())?;
        let allowed =
            reader.get_optional("HENJI_PUSH_NETWORKS", Network::parse_all, |networks| {
                networks.iter().map(Network::to_string).collect::<Vec<_>>().join(", ")
            })?;
        Ok(Self { on, allowed: allowed.unwrap_or_default() })
    }
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn parse_switch(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|on| switch(*on) == text)
}
