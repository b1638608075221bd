//! Fetches interviewers' own calendars, so that nobody is asked when they are busy.
//!
//! Where a calendar is, its owner says: it is fetched from where [`Reachable`] allows and
//! nowhere else, also when an answer sends us on, for so long and so much.

use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{
    ACCEPT, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use url::{Position, Url};

use crate::config::{CalendarsConfig, Secret};
use crate::domain::appointment::busy::{self, BusyError};
use crate::domain::message::words;
use crate::outside::{LeadsInside, Reachable};
use crate::providers::http::{Clients, ReadError, Timeouts, explain, read_bounded};

mod caldav;

/// Long enough for ten megabytes over a slow line; nobody waits for it.
const PATIENCE: Timeouts =
    Timeouts { connect: Duration::from_secs(5), whole: Duration::from_secs(30) };

/// How often one answer may lead to another: iCloud sends on once, Outlook twice.
const MOST_REDIRECTS: usize = 4;

/// Longer ones are not sent back: they are somebody's joke.
const LONGEST_VERSION: usize = 512;

/// Where a calendar is.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file at a secret address, as Google, Outlook and iCloud give.
    Feed { url: Secret },
    /// A collection on a CalDAV server (RFC 4791).
    CalDav { url: Secret, user: String, password: Secret },
}

/// Which version of a file was fetched last, in its server's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    pub etag: Option<String>,
    pub modified: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It is the version that is known.
    Unchanged,
    /// One iCalendar text, or several one after the other: for [`busy::read`].
    Text { text: String, version: Version },
}

/// Why a calendar was not fetched; what its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FetchError {
    #[error("the address may not be called")]
    Address,
    #[error("no answer, or none in time")]
    Unreachable,
    #[error("there is nothing at the address")]
    NotFound,
    #[error("the server does not let us in")]
    SignIn,
    #[error("the server asks to come back later")]
    Later,
    #[error("the server refuses")]
    Refused,
    #[error("the calendar is too long")]
    TooLong,
    #[error("what came is no calendar")]
    NoCalendar,
    #[error("the calendar breaks off")]
    CutOff,
}

words!(FetchError {
    Address = "address",
    Unreachable = "unreachable",
    NotFound = "not_found",
    SignIn = "sign_in",
    Later = "later",
    Refused = "refused",
    TooLong = "too_long",
    NoCalendar = "no_calendar",
    CutOff = "cut_off",
});

impl FetchError {
    /// Whether the same may work another time, without anybody doing something.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Later | Self::CutOff)
    }
}

impl From<BusyError> for FetchError {
    fn from(error: BusyError) -> Self {
        match error {
            BusyError::NoCalendar => Self::NoCalendar,
            BusyError::CutOff => Self::CutOff,
            BusyError::TooMuch => Self::TooLong,
        }
    }
}

/// The way to calendars.
#[derive(Debug)]
pub struct Calendars {
    clients: Clients,
}

/// One request, wherever answers send it.
struct Asked<'a> {
    sign_in: Option<(String, Secret)>,
    /// Sends us on within its own server only.
    stays: bool,
    request: &'a (dyn Fn(&Client, Url) -> RequestBuilder + Send + Sync),
}

impl Calendars {
    pub fn new(config: &CalendarsConfig) -> Self {
        Self::patient(config, PATIENCE)
    }

    /// [`Self::new`] with a patience of its own.
    pub fn patient(config: &CalendarsConfig, patience: Timeouts) -> Self {
        Self { clients: Clients::new(Reachable::new(&config.allowed), patience) }
    }

    /// Whether that address may be called at all; what a form asks before it keeps one.
    pub fn may_call(&self, url: &str) -> bool {
        self.clients.address(url).is_some()
    }

    /// Fetches a calendar as far as it tells of `window`: a feed tells of all there is.
    ///
    /// What went wrong goes to the log without the address, which is a secret.
    pub async fn fetch(
        &self,
        source: &Source,
        known: &Version,
        window: &Range<DateTime<Utc>>,
    ) -> Result<Fetched, FetchError> {
        match source {
            Source::Feed { url } => self.feed(url.expose(), known).await,
            Source::CalDav { url, user, password } => {
                let sign_in = (user.clone(), password.clone());
                let text = caldav::fetch(self, url.expose(), sign_in, window).await?;
                Ok(Fetched::Text { text, version: Version::default() })
            }
        }
    }

    async fn feed(&self, url: &str, known: &Version) -> Result<Fetched, FetchError> {
        // A name and a password in it are sent to its own server, as reqwest has it.
        let url = self.clients.address(url).ok_or(FetchError::Address)?;
        let conditions = conditions(known);
        let request = |client: &Client, url: Url| {
            client
                .get(url)
                .header(ACCEPT, "text/calendar, text/plain;q=0.5, */*;q=0.1")
                .headers(conditions.clone())
        };
        let answer =
            self.ask(url, Asked { sign_in: None, stays: false, request: &request }).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if let Some(error) = refusal(answer.status()) {
            return Err(error);
        }
        let version = version(answer.headers());
        let text = text_of(answer).await?;
        match begins_a_calendar(&text) {
            true => Ok(Fetched::Text { text, version }),
            false => Err(FetchError::NoCalendar),
        }
    }

    /// Asks, and goes where the answer sends us as long as that is allowed, too.
    async fn ask(&self, url: Url, asked: Asked<'_>) -> Result<Response, FetchError> {
        let first = url[..Position::BeforePath].to_owned();
        let mut url = url;
        for _ in 0..=MOST_REDIRECTS {
            let client = self.clients.client(&url).map_err(|why| unreachable(why.to_owned()))?;
            let mut request = (asked.request)(client, url.clone());
            let is_home = url[..Position::BeforePath] == first;
            // A password is for whom it was given to, and for nobody they name.
            if let Some((user, password)) = asked.sign_in.as_ref().filter(|_| is_home) {
                request = request.basic_auth(user, Some(password.expose()));
            }
            let answer = request.send().await.map_err(not_called)?;
            if !self.clients.may_answer(&url, &answer) {
                return Err(FetchError::Address);
            }
            let Some(next) = sends_on(&answer) else { return Ok(answer) };
            let next = url.join(&next).map_err(|_no_address| FetchError::Address)?;
            url = self.clients.address(next.as_str()).ok_or(FetchError::Address)?;
            if asked.stays && url[..Position::BeforePath] != first {
                return Err(FetchError::Address);
            }
        }
        tracing::info!("a calendar is always somewhere else");
        Err(FetchError::Address)
    }
}

/// A name that leads inside is its owner's to change; what else went wrong may pass.
fn not_called(error: reqwest::Error) -> FetchError {
    match LeadsInside::is_cause(&error) {
        true => FetchError::Address,
        false => unreachable(explain(error)),
    }
}

fn unreachable(error: String) -> FetchError {
    tracing::info!(error, "a calendar is not to be had");
    FetchError::Unreachable
}

fn conditions(known: &Version) -> HeaderMap {
    let mut conditions = HeaderMap::new();
    // Whoever has both listens to the first (RFC 9110 13.1.3).
    for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.modified)] {
        if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            conditions.insert(name, value);
        }
    }
    conditions
}

fn version(headers: &HeaderMap) -> Version {
    let word = |name| {
        let value = headers.get(name)?.to_str().ok()?;
        (value.len() <= LONGEST_VERSION).then(|| value.to_owned())
    };
    Version { etag: word(ETAG), modified: word(LAST_MODIFIED) }
}

fn sends_on(answer: &Response) -> Option<String> {
    let is_elsewhere = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let next = answer.headers().get(LOCATION).filter(|_| is_elsewhere)?;
    Some(next.to_str().ok()?.to_owned())
}

/// What an answer that brings nothing means.
fn refusal(status: StatusCode) -> Option<FetchError> {
    match status.as_u16() {
        200..=299 => None,
        401 | 403 | 407 => Some(FetchError::SignIn),
        404 | 410 => Some(FetchError::NotFound),
        408 | 425 | 429 | 500..=599 => Some(FetchError::Later),
        _ => Some(FetchError::Refused),
    }
}

/// All of an answer, if it is no longer than a calendar may be. What is no UTF-8 keeps
/// its times: nothing else is read.
async fn text_of(answer: Response) -> Result<String, FetchError> {
    let is_too_long = answer.content_length().is_some_and(|length| length > busy::LONGEST as u64);
    if is_too_long {
        return Err(FetchError::TooLong);
    }
    match read_bounded(answer, busy::LONGEST).await {
        Ok(octets) => Ok(String::from_utf8_lossy(&octets).into_owned()),
        Err(ReadError::TooLong { .. }) => Err(FetchError::TooLong),
        Err(ReadError::Broken(error)) => Err(unreachable(error)),
    }
}

fn begins_a_calendar(text: &str) -> bool {
    const BEGIN: &[u8] = b"BEGIN:VCALENDAR";
    let text = text.trim_start_matches('\u{feff}').trim_start().as_bytes();
    text.get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN))
}

#[cfg(test)]
mod tests;
