//! Candidates' pages: `/s/{token}`, for whoever would rather tap than type a number.
//!
//! A look changes nothing, because previews and scanners look too; what cannot be taken
//! back by another tap is asked once more.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::client_address::client_address;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{html_with, see_other};
use super::short_links::gone;
use super::throttle::Throttle;
use super::views::{CandidateButton, CandidateLine, CandidatePage, PlaceView};
use crate::actions::appointments::page::{self as verbs, Look, Note, Standing, Tap};
use crate::app::App;
use crate::domain::appointment::page::FOLDER;
use crate::domain::short_link::LinkToken;
use crate::locale::Locale;

/// What is asked once more before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    Change,
    Decline,
}

impl Asking {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "change" => Some(Self::Change),
            "decline" => Some(Self::Decline),
            _ => None,
        }
    }

    fn tap(self) -> Tap {
        match self {
            Self::Change => Tap::Change,
            Self::Decline => Tap::Decline,
        }
    }
}

/// `GET /s/{token}`, and `HEAD`: the times, or the one that is booked.
pub async fn show(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    match seen(&app, &path).await? {
        Some(look) => page(&look, None),
        None => gone(&app, &throttle, &request).await,
    }
}

/// `POST /s/{token}`: a `slot`, `do=other`, or what was asked for and is `sure`.
pub async fn answer(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    let asking = Asking::from_word(fields.get("do"));
    if asking.is_some() {
        return match seen(&app, &path).await? {
            Some(look) => page(&look, asking),
            None => gone(&app, &throttle, &request).await,
        };
    }
    let tap = match (fields.filled("slot"), fields.get("do")) {
        (Some(number), _) => number.parse().ok().map(Tap::Slot),
        (None, "other") => Some(Tap::Other),
        _ => Asking::from_word(fields.get("sure")).map(Asking::tap),
    };
    let Some(token) = LinkToken::parse(&path) else { return gone(&app, &throttle, &request).await };
    let there = format!("{FOLDER}{}", token.as_str());
    let is_one = match tap {
        Some(tap) => verbs::tap(&app, token, tap).await?,
        None => verbs::look(&app, token).await?.is_some(),
    };
    match is_one {
        true => Ok(see_other(&there)),
        false => gone(&app, &throttle, &request).await,
    }
}

async fn seen(app: &App, token: &str) -> Result<Option<Look>, WebError> {
    let Some(token) = LinkToken::parse(token) else { return Ok(None) };
    Ok(verbs::look(app, token).await?)
}

/// In the language of the text that led here.
fn page(look: &Look, asking: Option<Asking>) -> Result<HttpResponse, WebError> {
    let shown = match (&look.standing, asking) {
        (Standing::Next(path), _) => return Ok(see_other(path)),
        (Standing::Open(note, lines), None) => times(look, *note, lines),
        (Standing::Booked { time }, None) => booked(look, time),
        // Nobody who is not booked has anything to change.
        (Standing::Open(note, lines), Some(Asking::Change)) => times(look, *note, lines),
        (Standing::Open(..), Some(Asking::Decline)) => ask(look, None, Asking::Decline),
        (Standing::Booked { time }, Some(asking)) => ask(look, Some(time), asking),
        (Standing::Over, _) => {
            let heading = look.locale.candidate_page_over().to_owned();
            CandidatePage { is_over: true, ..bare(look, heading) }
        }
    };
    html_with(StatusCode::OK, &shown)
}

fn times(look: &Look, note: Option<Note>, lines: &[verbs::Line]) -> CandidatePage {
    let t = look.locale;
    let line = |line: &verbs::Line| CandidateLine {
        number: line.number,
        label: t.candidate_line(line.number, &line.time),
        is_free: line.is_free,
    };
    let other = button("do", "other", t.candidate_page_none(lines.len() + 1));
    let decline = button("do", "decline", t.candidate_page_decline().to_owned());
    let is_said = matches!(note, Some(Note::Other | Note::NothingFree));
    let buttons = match is_said {
        true => vec![decline],
        false => vec![other, decline],
    };
    CandidatePage {
        note: note.map(|note| said(t, note)),
        lines: lines.iter().map(line).collect(),
        buttons,
        ..bare(look, t.candidate_page_choose(&look.title))
    }
}

fn booked(look: &Look, time: &str) -> CandidatePage {
    let t = look.locale;
    let change = button("do", "change", t.candidate_page_change().to_owned());
    let decline = button("do", "decline", t.candidate_page_decline().to_owned());
    CandidatePage {
        time: Some(time.to_owned()),
        place: look.place.clone().map(|text| PlaceView { text }),
        buttons: vec![change, decline],
        ..bare(look, t.candidate_page_booked(&look.title))
    }
}

fn ask(look: &Look, time: Option<&String>, asking: Asking) -> CandidatePage {
    let t = look.locale;
    let (heading, value, label) = match asking {
        Asking::Change => {
            (t.candidate_page_ask_change().to_owned(), "change", t.candidate_page_sure_change())
        }
        Asking::Decline => {
            (t.candidate_page_ask_decline(&look.title), "decline", t.candidate_page_sure_decline())
        }
    };
    let sure = CandidateButton { is_quiet: false, ..button("sure", value, label.to_owned()) };
    CandidatePage {
        time: time.cloned(),
        buttons: vec![sure],
        is_asking: true,
        ..bare(look, heading)
    }
}

fn button(name: &'static str, value: &'static str, label: String) -> CandidateButton {
    CandidateButton { name, value, label, is_quiet: true }
}

fn bare(look: &Look, heading: String) -> CandidatePage {
    CandidatePage {
        t: look.locale,
        organization: Some(look.house.clone()),
        heading,
        note: None,
        time: None,
        place: None,
        lines: Vec::new(),
        buttons: Vec::new(),
        is_asking: false,
        is_over: false,
        number: look.number.clone(),
    }
}

fn said(t: Locale, note: Note) -> &'static str {
    match note {
        Note::Asked => t.candidate_page_asked(),
        Note::Other => t.candidate_page_looked_for(),
        Note::Filled => t.candidate_page_filled(),
        Note::NothingFree => t.candidate_page_nothing_free(),
        Note::Changed => t.candidate_page_changed(),
    }
}
