//! Where we go when a stranger names the way. Whoever signs in could name a machine of
//! our own network as the push service of their browser, or as the calendar of an
//! interviewer, and have us knock there (T-SSRF).

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::config::Network;

/// Longer addresses than any service's (Mozilla's are the longest, some 400).
const LONGEST: usize = 2_048;

/// What is nobody's in the world at large (IANA's registries for special purposes), or
/// leads to such an address by another way.
static INSIDE: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let inside = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];
    inside.into_iter().filter_map(Network::parse).collect()
});

/// Addresses that may be called: the world's, and what the operator allows besides.
#[derive(Clone, Debug)]
pub struct Reachable(Arc<[Network]>);

impl Reachable {
    pub fn new(allowed: &[Network]) -> Self {
        Self(allowed.into())
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.is_allowed(address) || INSIDE.iter().all(|network| !network.contains(address))
    }

    /// Reads an endpoint that may be called: `https`, on its own port, with no words of
    /// the browser's but the path. Plain HTTP is for a service on this machine.
    ///
    /// A name is looked up only when it is called, and may lead elsewhere each time:
    /// what it leads to is looked at then, by [`Resolve`].
    pub fn endpoint(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST)?;
        let is_bare = url.username().is_empty() && url.password().is_none();
        let may_be = match (url.scheme(), url.host()?) {
            ("https", Host::Domain(name)) => name.contains('.') && url.port().is_none(),
            ("https", Host::Ipv4(at)) => self.holds(at.into()) && self.has_port(&url, at.into()),
            ("https", Host::Ipv6(at)) => self.holds(at.into()) && self.has_port(&url, at.into()),
            ("http", Host::Ipv4(at)) => at.is_loopback() && self.is_allowed(at.into()),
            ("http", Host::Ipv6(at)) => at.is_loopback() && self.is_allowed(at.into()),
            _ => false,
        };
        (may_be && is_bare && url.fragment().is_none()).then_some(url)
    }

    /// Reads the address of a file that may be fetched, or of a program that may be
    /// told: `https` (calendars call it
    /// `webcal`) on any port, because a handshake says nothing to whatever else listens
    /// there. Plain HTTP is for networks the operator allows.
    ///
    /// A name is looked up when it is called, as in [`Self::endpoint`]: plain HTTP by
    /// [`AllowedOnly`].
    pub fn file(&self, text: &str) -> Option<Url> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").filter(|_| text.len() <= LONGEST)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "webcal" | "webcals" => "https".to_owned(),
            scheme => scheme.to_owned(),
        };
        let mut url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
        let may_be = match (url.scheme(), url.host()?) {
            // A name without a dot is one of the house.
            ("https", Host::Domain(name)) => name.contains('.') || !self.0.is_empty(),
            ("https", Host::Ipv4(at)) => self.holds(at.into()),
            ("https", Host::Ipv6(at)) => self.holds(at.into()),
            ("http", Host::Domain(_)) => !self.0.is_empty(),
            ("http", Host::Ipv4(at)) => self.is_allowed(at.into()),
            ("http", Host::Ipv6(at)) => self.is_allowed(at.into()),
            _ => false,
        };
        url.set_fragment(None);
        may_be.then_some(url)
    }

    fn has_port(&self, url: &Url, at: IpAddr) -> bool {
        url.port().is_none() || self.is_allowed(at)
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

/// A name leads nowhere that may be called: found out when it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to no address that may be called")]
pub struct LeadsInside;

impl LeadsInside {
    /// Whether that is why something failed, however deep the reason lies.
    pub fn is_cause(error: &(dyn Error + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::is_cause)
    }
}

/// The operator's networks and nothing of the world: where nothing is encrypted.
#[derive(Clone, Debug)]
pub struct AllowedOnly(pub Reachable);

impl AllowedOnly {
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.is_allowed(address)
    }
}

impl Resolve for Reachable {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(looked_up(name, move |at| this.holds(at)))
    }
}

impl Resolve for AllowedOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(looked_up(name, move |at| this.holds(at)))
    }
}

async fn looked_up(
    name: Name,
    may_be_called: impl Fn(IpAddr) -> bool,
) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
    let within: Vec<SocketAddr> = found.filter(|at| may_be_called(at.ip())).collect();
    if within.is_empty() {
        return Err(LeadsInside.into());
    }
    Ok(Box::new(within.into_iter()))
}

#[cfg(test)]
mod tests;
