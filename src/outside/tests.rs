use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;

fn world() -> Reachable {
    Reachable::new(&[])
}

#[test]
fn the_services_of_browsers_are_endpoints() {
    for endpoint in [
        "https://fcm.googleapis.com/fcm/send/dz5:APA91b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QM0",
        "https://wns2-pn1p.notify.windows.com/w/?token=BQ",
        "https://8.8.8.8/x",
        "https://[2606:4700::1111]/x",
    ] {
        assert!(world().endpoint(endpoint).is_some(), "{endpoint}");
    }
}

/// Every way that is known of writing an address of ours (T-SSRF-2).
fn spellings(of: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = of.octets();
    let number = u32::from(of);
    let last = u32::from(c) << 8 | u32::from(d);
    let tail = number & 0x00ff_ffff;
    let mut hosts = vec![
        of.to_string(),
        format!("{of}."),
        number.to_string(),
        format!("{number:#x}"),
        format!("{number:#o}").replace("0o", "0"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b}.{c}.{d}"),
        format!("{a}.{b}.{last}"),
        format!("{a}.{tail}"),
        format!("{a:#x}.{tail}"),
        of.to_string().chars().map(wide).collect(),
        of.to_string().replace('.', "。"),
        of.to_string().replace('.', "%2e"),
        format!("%{:02x}{}", of.to_string().as_bytes()[0], &of.to_string()[1..]),
    ];
    let mapped = of.to_ipv6_mapped();
    let [.., high, low] = mapped.segments();
    hosts.extend([
        format!("[::ffff:{of}]"),
        format!("[{mapped}]"),
        format!("[0:0:0:0:0:ffff:{high:x}:{low:x}]"),
        format!("[::{of}]"),
        format!("[64:ff9b::{of}]"),
        format!("[2002:{high:x}:{low:x}::]"),
        format!("[2001:0:{high:x}:{low:x}::1]"),
    ]);
    hosts
}

fn wide(c: char) -> char {
    match c {
        '0'..='9' => char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap(),
        '.' => '．',
        other => other,
    }
}

#[test]
fn no_spelling_of_an_address_of_ours_is_one() {
    let inside = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "172.16.0.9"];
    let more = ["100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1"];
    let mut tried = 0;
    for address in inside.into_iter().chain(more) {
        for host in spellings(address.parse().unwrap()) {
            for scheme in ["https", "http"] {
                let endpoint = format!("{scheme}://{host}/push");
                assert_eq!(world().endpoint(&endpoint), None, "{endpoint}");
                assert_eq!(world().file(&endpoint), None, "{endpoint}");
                tried += 1;
            }
        }
    }
    for host in ["[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fd00::1]", "[ff02::1]"] {
        assert_eq!(world().endpoint(&format!("https://{host}/push")), None, "{host}");
        assert_eq!(world().file(&format!("webcal://{host}/push")), None, "{host}");
        tried += 1;
    }
    assert!(tried >= 200, "{tried}");
}

#[test]
fn what_is_no_bare_https_address_is_none() {
    for endpoint in [
        "",
        "push",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://localhost/x",
        "https://db/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user:word@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x#y",
        "javascript:alert(1)",
    ] {
        assert_eq!(world().endpoint(endpoint), None, "{endpoint}");
    }
    let long = format!("https://fcm.googleapis.com/{}", "x".repeat(LONGEST));
    assert_eq!(world().endpoint(&long), None);
}

#[test]
fn a_service_of_the_operators_own_is_where_it_is_allowed() {
    let allowed = [Network::parse("127.0.0.1").unwrap(), Network::parse("10.0.0.0/8").unwrap()];
    let reachable = Reachable::new(&allowed);
    for endpoint in ["http://127.0.0.1:9/x", "https://10.1.2.3:8443/x"] {
        assert!(reachable.endpoint(endpoint).is_some(), "{endpoint}");
    }
    for endpoint in ["http://10.1.2.3/x", "http://127.0.0.2/x", "https://192.168.0.1/x"] {
        assert_eq!(reachable.endpoint(endpoint), None, "{endpoint}");
    }
}

#[test]
fn a_file_of_the_world_comes_in_secret_and_one_of_the_house_as_it_may() {
    let house = Reachable::new(&[Network::parse("10.0.0.0/8").unwrap()]);
    for (text, of_world, of_house) in [
        ("https://calendar.google.com/calendar/ical/x/basic.ics", true, true),
        (" webcal://p01-caldav.icloud.com/published/2/x ", true, true),
        ("WEBCALS://cloud.example.jp:8443/x#today", true, true),
        ("https://user:word@cloud.example.jp/x", true, true),
        ("http://calendar.example.jp/x", false, true),
        ("http://8.8.8.8/x", false, false),
        ("http://10.1.2.3/x", false, true),
        ("https://10.1.2.3:8443/x", false, true),
        ("https://192.168.0.1/x", false, false),
        ("https://nextcloud/x", false, true),
        ("ftp://cloud.example.jp/x", false, false),
        ("file:///etc/passwd", false, false),
        ("//cloud.example.jp/x", false, false),
        ("https://", false, false),
    ] {
        assert_eq!(world().file(text).is_some(), of_world, "{text}");
        assert_eq!(house.file(text).is_some(), of_house, "{text}");
    }
    let read = world().file("webcal://a.example.jp/x?y=1#z").unwrap();
    assert_eq!(read.as_str(), "https://a.example.jp/x?y=1");
}

#[tokio::test]
async fn nothing_is_told_the_world_in_clear() {
    let house = AllowedOnly(Reachable::new(&[Network::parse("10.0.0.0/8").unwrap()]));
    assert!(house.holds(IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3))));
    assert!(!house.holds(IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8))));
    let error = house.resolve("localhost".parse().unwrap()).await.err().expect("not allowed");
    assert!(error.to_string().contains("may be called"), "{error}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let name = "localhost".parse().unwrap();
    let error = world().resolve(name).await.err().expect("it leads to this machine");
    assert!(error.to_string().contains("may be called"), "{error}");
    let here =
        Reachable::new(&[Network::parse("127.0.0.0/8").unwrap(), Network::parse("::1").unwrap()]);
    let found = here.resolve("localhost".parse().unwrap()).await.expect("it is allowed");
    assert!(found.count() > 0);
}

#[test]
fn every_range_is_read_and_the_world_is_outside_of_all() {
    assert_eq!(INSIDE.len(), 28);
    assert!(world().holds(IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8))));
    assert!(world().holds(IpAddr::V6("2a00:1450::1".parse::<Ipv6Addr>().unwrap())));
}
