//! The address under which browsers and providers reach this house.

use std::fmt;

use url::{Host, Url};

/// Scheme, host and port, and nothing else.
///
/// Every absolute address henji makes starts with it, and signatures of
/// providers are checked against it; the `Host` header is never used for
/// either, since a stranger chooses that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// `https://sms.example.jp`, in the form browsers write an `Origin`.
    origin: String,
    url: Url,
}

impl PublicUrl {
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        is_bare.then(|| Self { origin: url.origin().ascii_serialization(), url })
    }

    /// What a browser sends as `Origin` from one of our own pages.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The whole address of `path`, which starts with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host, and port unless it is the scheme's own.
    pub fn authority(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The host's name; `None` where the address is a bare IP address.
    pub fn domain(&self) -> Option<&str> {
        self.url.domain()
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_browsers_write_an_origin() {
        for (text, origin, authority) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("https://SMS.example.jp:443/", "https://sms.example.jp", "sms.example.jp"),
            ("http://[::1]:80", "http://[::1]", "[::1]"),
            ("https://返事.jp", "https://xn--3kq940n.jp", "xn--3kq940n.jp"),
        ] {
            let url = PublicUrl::parse(text).expect(text);
            assert_eq!((url.origin(), url.authority()), (origin, authority));
        }
    }

    #[test]
    fn anything_beyond_scheme_host_and_port_is_refused() {
        for text in [
            "sms.example.jp",
            "ftp://sms.example.jp",
            "https://sms.example.jp/henji",
            "https://sms.example.jp/?a=1",
            "https://sms.example.jp/#a",
            "https://user@sms.example.jp",
            "https://",
            "",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
