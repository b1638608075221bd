//! A calendar at an address that a stranger gave us.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use henji::calendars::{Calendars, FetchError, Fetched, Source, Version};
use henji::config::{CalendarsConfig, Network, Secret};
use henji::domain::appointment::busy;
use henji::providers::http::Timeouts;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::providers::peer::{Answer, Peer, closed_port};

pub const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n";

/// A house whose operator allows this machine, or nothing.
pub fn calendars(allowed: &[&str]) -> Calendars {
    let allowed = allowed.iter().map(|network| Network::parse(network).unwrap()).collect();
    let patience = Duration::from_secs(20);
    let patience = Timeouts { connect: patience, whole: patience };
    Calendars::patient(&CalendarsConfig { allowed }, patience)
}

pub fn window() -> std::ops::Range<DateTime<Utc>> {
    let from: DateTime<Utc> = "2026-06-01T00:00:00Z".parse().unwrap();
    from..from + TimeDelta::days(30)
}

async fn fetch(calendars: &Calendars, url: &str) -> Result<Fetched, FetchError> {
    let source = Source::Feed { url: Secret::new(url) };
    calendars.fetch(&source, &Version::default(), &window()).await
}

fn file(headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer::Http { status: 200, headers, body: CALENDAR.to_owned() }
}

fn sent_on(status: u16, to: String) -> Answer {
    Answer::Http { status, headers: vec![("location", to)], body: String::new() }
}

#[tokio::test]
async fn a_version_that_is_known_is_not_sent_again() {
    let peer = Peer::start(|asked| match asked.header("if-none-match") {
        Some("\"v1\"") => Answer::status(304),
        _ => file(&[("etag", "\"v1\""), ("last-modified", "Mon, 01 Jun 2026 00:00:00 GMT")]),
    })
    .await;
    let calendars = calendars(&["127.0.0.1"]);
    let url = format!("{}/secret.ics", peer.url());
    let Fetched::Text { text, version } = fetch(&calendars, &url).await.unwrap() else {
        panic!("nothing was known");
    };
    assert_eq!(text, CALENDAR);
    assert_eq!(version.etag.as_deref(), Some("\"v1\""));
    let source = Source::Feed { url: Secret::new(url) };
    let again = calendars.fetch(&source, &version, &window()).await.unwrap();
    assert_eq!(again, Fetched::Unchanged);
    let asked = peer.requests();
    assert_eq!(asked[0].header("if-modified-since"), None);
    assert_eq!(asked[1].header("if-modified-since"), Some("Mon, 01 Jun 2026 00:00:00 GMT"));
    assert!(!format!("{source:?}").contains("secret.ics"), "the address is a secret");
}

#[tokio::test]
async fn nothing_of_our_own_is_called_unless_it_is_allowed() {
    let peer = Peer::start(|_| file(&[])).await;
    let port = peer.url().rsplit(':').next().unwrap().to_owned();
    let world = calendars(&[]);
    for host in ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "169.254.169.254"] {
        for scheme in ["http", "https", "webcal"] {
            let url = format!("{scheme}://{host}:{port}/x.ics");
            let error = fetch(&world, &url).await.unwrap_err();
            assert_eq!(error, FetchError::Address, "{url}");
            assert!(!world.may_call(&url));
        }
    }
    assert!(peer.requests().is_empty());
}

/// The only way to find out is to look the name up, and that is done when it is called.
#[tokio::test]
async fn a_name_that_leads_inside_is_found_out_when_it_is_called() {
    let peer = Peer::start(|_| file(&[])).await;
    let url = peer.url().replace("127.0.0.1", "localhost") + "/x.ics";
    let elsewhere = calendars(&["192.0.2.1"]);
    assert!(elsewhere.may_call(&url));
    for url in [url.clone(), url.replace("http:", "https:")] {
        assert_eq!(fetch(&elsewhere, &url).await.unwrap_err(), FetchError::Address, "{url}");
    }
    assert!(peer.requests().is_empty());
    // The same name, where its network is allowed.
    assert!(fetch(&calendars(&["127.0.0.0/8", "::1"]), &url).await.is_ok());
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_sends_us_on_but_not_inside() {
    let inside = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    for status in [301, 302, 303, 307, 308] {
        for to in [
            format!("http://127.0.0.2:{port}/x"),
            format!("https://127.0.0.2:{port}/x"),
            format!("//127.0.0.2:{port}/x"),
            format!("http://[::ffff:127.0.0.2]:{port}/x"),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            "file:///etc/passwd".to_owned(),
            "gopher://127.0.0.1/x".to_owned(),
        ] {
            let on = to.clone();
            let peer = Peer::start(move |_| sent_on(status, on.clone())).await;
            let error = fetch(&calendars(&["127.0.0.1"]), &peer.url()).await.unwrap_err();
            assert_eq!(error, FetchError::Address, "{status} {to}");
            assert_eq!(peer.requests().len(), 1);
        }
    }
    let called = tokio::time::timeout(Duration::from_millis(50), inside.accept()).await;
    assert!(called.is_err(), "nobody came inside");
}

#[tokio::test]
async fn a_calendar_that_has_moved_is_found_and_one_that_never_ends_is_left() {
    let peer = Peer::start(|asked| match asked.target.as_str() {
        "/old" => sent_on(301, "/new".to_owned()),
        "/new" => file(&[]),
        _ => sent_on(302, format!("{}x", asked.target)),
    })
    .await;
    let calendars = calendars(&["127.0.0.1"]);
    assert!(fetch(&calendars, &format!("{}/old", peer.url())).await.is_ok());
    let error = fetch(&calendars, &format!("{}/loop", peer.url())).await.unwrap_err();
    assert_eq!(error, FetchError::Address);
    assert_eq!(peer.requests().len(), 2 + 5);
}

#[tokio::test]
async fn what_its_owner_can_do_something_about_is_told_apart() {
    let body = |body: String| Answer::Http { status: 200, headers: Vec::new(), body };
    for (answer, error) in [
        (Answer::status(404), FetchError::NotFound),
        (Answer::status(410), FetchError::NotFound),
        (Answer::status(401), FetchError::SignIn),
        (Answer::status(403), FetchError::SignIn),
        (Answer::status(429), FetchError::Later),
        (Answer::status(503), FetchError::Later),
        (Answer::status(400), FetchError::Refused),
        (Answer::status(302), FetchError::Refused),
        (body("<html>Sign in</html>".to_owned()), FetchError::NoCalendar),
        (body(String::new()), FetchError::NoCalendar),
        (body("BEGIN:VCALENDAR\n".repeat(busy::LONGEST / 16 + 1)), FetchError::TooLong),
        (Answer::Garbage, FetchError::Unreachable),
        (Answer::Hangup, FetchError::Unreachable),
        (Answer::Torn { status: 200 }, FetchError::Unreachable),
    ] {
        let said = format!("{answer:.80?}");
        let peer = Peer::start(move |_| answer.clone()).await;
        let found = fetch(&calendars(&["127.0.0.1"]), &peer.url()).await;
        assert_eq!(found.unwrap_err(), error, "{said}");
    }
    let nobody = fetch(&calendars(&["127.0.0.1"]), &closed_port().await).await;
    assert_eq!(nobody.unwrap_err(), FetchError::Unreachable);
}

#[tokio::test]
async fn a_silent_server_is_left_in_time() {
    let peer = Peer::start(|_| Answer::Silence).await;
    let patience = Duration::from_millis(200);
    let config = CalendarsConfig { allowed: vec![Network::parse("127.0.0.1").unwrap()] };
    let hasty = Calendars::patient(&config, Timeouts { connect: patience, whole: patience });
    assert_eq!(fetch(&hasty, &peer.url()).await.unwrap_err(), FetchError::Unreachable);
}

/// Sends pieces without end and without a length, as fast as they are taken, with a
/// pause before each.
async fn endless(piece: usize, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // An answer to nothing is none.
        stream.read_exact(&mut [0; 16]).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = format!("{piece:x}\r\n{}\r\n", "x".repeat(piece));
        while stream.write_all(piece.as_bytes()).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    });
    url
}

#[tokio::test]
async fn a_calendar_without_end_is_cut_off_by_its_length_or_its_time() {
    let calendars = calendars(&["127.0.0.1"]);
    let fast = endless(1 << 16, Duration::ZERO).await;
    assert_eq!(fetch(&calendars, &fast).await.unwrap_err(), FetchError::TooLong);

    let patience = Duration::from_millis(300);
    let config = CalendarsConfig { allowed: vec![Network::parse("127.0.0.1").unwrap()] };
    let hasty = Calendars::patient(&config, Timeouts { connect: patience, whole: patience });
    let slow = endless(1, Duration::from_millis(20)).await;
    assert_eq!(fetch(&hasty, &slow).await.unwrap_err(), FetchError::Unreachable);
}

#[tokio::test]
async fn a_sign_in_within_an_address_is_for_its_own_server() {
    let other = Peer::start(|_| file(&[])).await;
    let on = other.url();
    let peer = Peer::start(move |_| sent_on(302, format!("{on}/x"))).await;
    let url = peer.url().replace("http://", "http://sato:p%40ss@");
    assert!(fetch(&calendars(&["127.0.0.1"]), &url).await.is_ok());
    // sato:p@ss
    assert_eq!(peer.requests()[0].header("authorization"), Some("Basic c2F0bzpwQHNz"));
    assert_eq!(other.requests()[0].header("authorization"), None);
}
