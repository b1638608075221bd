//! A collection on a CalDAV server: its events in a window, or at least when they are
//! (RFC 4791 7.8 and 7.10).

use std::ops::Range;

use chrono::{DateTime, Utc};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, Response, StatusCode};
use url::Url;

use super::{Asked, Calendars, FetchError, begins_a_calendar, refusal, text_of};
use crate::config::Secret;

/// What a server says that keeps more than it tells of (RFC 4791 9.5).
const INSUFFICIENT_STORAGE: &str = " 507 ";

pub(super) async fn fetch(
    calendars: &Calendars,
    url: &str,
    sign_in: (String, Secret),
    window: &Range<DateTime<Utc>>,
) -> Result<String, FetchError> {
    let mut url = calendars.clients.address(url).ok_or(FetchError::Address)?;
    // Who signs in is said once. What has a host takes both.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let answer = report(calendars, &url, &sign_in, query(window)).await?;
    match answer.status().as_u16() {
        200..=299 => events_of(answer).await,
        // Who may not see the events may be told when they are.
        403 | 405 | 409 | 501 => {
            let status = answer.status();
            let answer = report(calendars, &url, &sign_in, free_busy_query(window)).await?;
            match answer.status().is_success() {
                true => calendar_of(answer).await,
                false => Err(refused(status)),
            }
        }
        _ => Err(refused(answer.status())),
    }
}

fn refused(status: StatusCode) -> FetchError {
    refusal(status).unwrap_or(FetchError::NoCalendar)
}

async fn report(
    calendars: &Calendars,
    url: &Url,
    sign_in: &(String, Secret),
    body: String,
) -> Result<Response, FetchError> {
    let request = |client: &Client, url: Url| {
        let report = Method::from_bytes(b"REPORT").expect("a word of letters is a method");
        client
            .request(report, url)
            .header("Depth", "1")
            .header(ACCEPT, "application/xml, text/xml, text/calendar")
            .header(CONTENT_TYPE, "application/xml; charset=utf-8")
            .body(body.clone())
    };
    let sign_in = Some(sign_in.clone());
    calendars.ask(url.clone(), Asked { sign_in, stays: true, request: &request }).await
}

/// Events that reach into the window, whole: what repeats we reckon ourselves.
fn query(window: &Range<DateTime<Utc>>) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <D:prop><C:calendar-data/></D:prop>\
         <C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">{}\
         </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        time_range(window)
    )
}

fn free_busy_query(window: &Range<DateTime<Utc>>) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{}</C:free-busy-query>",
        time_range(window)
    )
}

fn time_range(window: &Range<DateTime<Utc>>) -> String {
    let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    format!("<C:time-range start=\"{}\" end=\"{}\"/>", utc(window.start), utc(window.end))
}

async fn events_of(answer: Response) -> Result<String, FetchError> {
    let text = text_of(answer).await?;
    match begins_a_calendar(&text) {
        true => Ok(text),
        false => calendars_in(&text),
    }
}

async fn calendar_of(answer: Response) -> Result<String, FetchError> {
    let text = text_of(answer).await?;
    match begins_a_calendar(&text) {
        true => Ok(text),
        false => Err(FetchError::NoCalendar),
    }
}

/// The calendars in a multistatus, one after the other; without any, an empty one.
///
/// Attributes, prefixes and entities of its own are not looked at: nothing in a long
/// answer costs more than its length.
pub(super) fn calendars_in(xml: &str) -> Result<String, FetchError> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    let mut calendars = String::new();
    let mut words = String::new();
    let (mut is_whole, mut within) = (false, false);
    loop {
        let event = reader.read_event().map_err(|_no_xml| FetchError::NoCalendar)?;
        match event {
            Event::Start(_) => {
                words.clear();
                within = true;
            }
            Event::Text(text) if within => words.push_str(&text.xml10_content()),
            Event::CData(text) if within => words.push_str(&text.xml10_content()),
            Event::GeneralRef(name) if within => match name.resolve_char_ref() {
                Ok(Some(c)) => words.push(c),
                _ => {
                    words.push_str(resolve_predefined_entity(&name).ok_or(FetchError::NoCalendar)?)
                }
            },
            Event::End(end) => {
                match end.local_name().as_ref() {
                    "calendar-data" if begins_a_calendar(&words) => {
                        calendars.push_str(words.trim());
                        calendars.push_str("\r\n");
                    }
                    "status" if words.contains(INSUFFICIENT_STORAGE) => {
                        return Err(FetchError::TooLong);
                    }
                    "multistatus" => is_whole = true,
                    _ => {}
                }
                words.clear();
                within = false;
            }
            Event::Empty(end) if end.local_name().as_ref() == "multistatus" => is_whole = true,
            Event::Eof => break,
            _ => {}
        }
    }
    match (is_whole, calendars.is_empty()) {
        (false, _) => Err(FetchError::NoCalendar),
        (true, true) => Ok("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n".to_owned()),
        (true, false) => Ok(calendars),
    }
}
