//! A collection on a CalDAV server.

use henji::calendars::{FetchError, Fetched, Source, Version};
use henji::config::Secret;
use henji::domain::appointment::busy;

use super::feeds::{calendars, window};
use crate::providers::peer::{Answer, Peer, PeerRequest};

const EVENT: &str = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nSUMMARY:a &amp; b\n\
                     DTSTART:20260602T010000Z\nDTEND:20260602T020000Z\nEND:VEVENT\nEND:VCALENDAR\n";
const FREE_BUSY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\n\
                         FREEBUSY:20260603T010000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";

fn multistatus(events: &[&str]) -> String {
    let responses: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "<d:response><d:href>/c/1.ics</d:href><d:propstat><d:prop><cal:calendar-data>\
                 {event}</cal:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status>\
                 </d:propstat></d:response>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
         xmlns:cal=\"urn:ietf:params:xml:ns:caldav\">{}</d:multistatus>",
        responses.join("\n")
    )
}

fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer::Http { status, headers: Vec::new(), body: body.into() }
}

async fn fetch(peer: &Peer) -> Result<String, FetchError> {
    let source = Source::CalDav {
        url: Secret::new(format!("{}/calendars/sato/", peer.url())),
        user: "sato".to_owned(),
        password: Secret::new("p@ss"),
    };
    let calendars = calendars(&["127.0.0.1"]);
    match calendars.fetch(&source, &Version::default(), &window()).await? {
        Fetched::Text { text, .. } => Ok(text),
        Fetched::Unchanged => panic!("nothing was known"),
    }
}

fn busy_in(text: &str) -> Vec<String> {
    let zone = chrono_tz::Asia::Tokyo;
    let wanted = busy::Wanted { zone, window: window(), owner: &[], is_ours: &|_| false };
    let times = busy::read(text, &wanted).unwrap();
    assert_eq!(times.unread, 0);
    times.spans.iter().map(|span| span.from.format("%d %H:%M").to_string()).collect()
}

#[tokio::test]
async fn its_events_are_asked_for_in_the_window() {
    let in_cdata = format!("<![CDATA[{}]]>", EVENT.replace("0602", "0605"));
    let with_returns = EVENT.replace('\n', "&#13;\n").replace("0602", "0604");
    let body = multistatus(&[EVENT, &in_cdata, &with_returns]);
    let peer = Peer::start(move |_| answer(207, body.clone())).await;
    let text = fetch(&peer).await.unwrap();
    assert_eq!(busy_in(&text), ["02 01:00", "04 01:00", "05 01:00"]);
    let asked: PeerRequest = peer.requests().remove(0);
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("REPORT", "/calendars/sato/"));
    assert_eq!(asked.header("depth"), Some("1"));
    assert_eq!(asked.header("authorization"), Some("Basic c2F0bzpwQHNz"));
    let body = String::from_utf8(asked.body).unwrap();
    assert!(body.contains("start=\"20260601T000000Z\" end=\"20260701T000000Z\""), "{body}");
}

#[tokio::test]
async fn an_empty_collection_keeps_nobody_busy() {
    for body in [multistatus(&[]), "<multistatus xmlns=\"DAV:\"/>".to_owned()] {
        let peer = Peer::start(move |_| answer(207, body.clone())).await;
        assert!(busy_in(&fetch(&peer).await.unwrap()).is_empty());
    }
}

#[tokio::test]
async fn who_may_not_see_events_is_told_when_they_are() {
    let peer = Peer::start(|asked| {
        let is_query = String::from_utf8_lossy(&asked.body).contains("calendar-query");
        if is_query { answer(403, "") } else { answer(200, FREE_BUSY) }
    })
    .await;
    assert_eq!(busy_in(&fetch(&peer).await.unwrap()), ["03 01:00"]);
    assert_eq!(peer.requests().len(), 2);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let whole = multistatus(&[EVENT]);
    let too_much = whole.replace("200 OK", "507 Insufficient Storage");
    let entities = format!("<!DOCTYPE a [<!ENTITY b \"x\">]>{}", multistatus(&["&b;"]));
    for (status, body, error) in [
        (207, whole[..whole.len() - 10].to_owned(), FetchError::NoCalendar),
        (207, "<html><p>Sign in".to_owned(), FetchError::NoCalendar),
        (207, too_much, FetchError::TooLong),
        (207, entities, FetchError::NoCalendar),
        (401, String::new(), FetchError::SignIn),
        (403, String::new(), FetchError::SignIn),
        (404, String::new(), FetchError::NotFound),
        (503, String::new(), FetchError::Later),
    ] {
        let said = format!("{status} {body:.60}");
        let peer = Peer::start(move |_| answer(status, body.clone())).await;
        assert_eq!(fetch(&peer).await.unwrap_err(), error, "{said}");
    }
}

#[tokio::test]
async fn a_password_goes_nowhere_else() {
    let other = Peer::start(|_| answer(207, multistatus(&[]))).await;
    let on = format!("{}/x", other.url());
    let headers = move || vec![("location", on.clone())];
    let peer =
        Peer::start(move |_| Answer::Http { status: 307, headers: headers(), body: String::new() })
            .await;
    assert_eq!(fetch(&peer).await.unwrap_err(), FetchError::Address);
    assert!(other.requests().is_empty());
}
