//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;

use crate::config::Network;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: the peer of the connection, or, where that is a
/// trusted proxy, the last address in `X-Forwarded-For` that is none.
///
/// Read from the right: everything left of what a trusted proxy wrote is the
/// client's own invention.
pub fn client_address(request: &HttpRequest, trusted: &[Network]) -> IpAddr {
    let peer = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer.to_canonical();
    }
    let lines: Vec<&str> = request
        .headers()
        .get_all(X_FORWARDED_FOR)
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    let mut nearest = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address;
        if !is_trusted(address) {
            break;
        }
    }
    nearest.to_canonical()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8", "::1"].map(|network| Network::parse(network).unwrap());
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:203.0.113.9", &[], "203.0.113.9"),
        ] {
            let peer_address = (peer.parse::<IpAddr>().unwrap(), 1234).into();
            let mut request = TestRequest::default().peer_addr(peer_address);
            for line in forwarded {
                request = request.append_header((X_FORWARDED_FOR, *line));
            }
            let found = client_address(&request.to_http_request(), &trusted);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn without_trusted_proxies_the_header_is_ignored() {
        let request = TestRequest::default()
            .peer_addr(([127, 0, 0, 1], 1).into())
            .insert_header((X_FORWARDED_FOR, "198.51.100.1"))
            .to_http_request();
        assert_eq!(client_address(&request, &[]), IpAddr::from([127, 0, 0, 1]));
    }
}
