//! How nodes wake each other.

use url::Url;

use super::error::ConfigError;
use super::reader::Reader;
use super::secret::Secret;

/// `HENJI_NATS_URL`
#[derive(Clone, Debug)]
pub struct LiveConfig {
    /// Carries "look now" between nodes; a single node needs none.
    pub nats_url: Option<Secret>,
}

impl LiveConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        let nats_url =
            reader.get_optional("HENJI_NATS_URL", parse_nats, Secret::shown_as_address)?;
        Ok(Self { nats_url })
    }
}

fn parse_nats(text: &str) -> Option<Secret> {
    let url = Url::parse(text).ok()?;
    let is_server = url.scheme() == "nats"
        && url.has_host()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    is_server.then(|| Secret::new(text))
}
