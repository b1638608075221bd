//! 日程: who was offered times, who is booked, and what is to be arranged.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::applications::{step_choices, step_label};
use super::conversations::appointments::wish_of;
use super::conversations::list::shown_name;
use super::conversations::verbs::Asked;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{html, see_other};
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{AgendaItem, AgendaPage, BoardTab, Nav};
use crate::actions::ActionError;
use crate::actions::appointments::book;
use crate::actions::appointments::end::{self, Seen};
use crate::app::App;
use crate::domain::application::Step;
use crate::domain::appointment::{OfferState, SlotState, Span};
use crate::domain::id::{
    AppointmentId, ContactId, ConversationId, InboxId, InterviewerId, OfferId, OpeningId, UserId,
};
use crate::locale::Locale;
use crate::store::applications::{self, Standing};
use crate::store::appointment_offers::{self, Offer, Slot};
use crate::store::appointment_openings::{self, Opening};
use crate::store::conversations::{self, Conversation};
use crate::store::inboxes::{self, Inbox};
use crate::store::{Db, StoreError, interviewer_busy};

pub mod days;
pub mod offering;

/// Offers of each kind that are looked at; older ones are found in their conversations.
const MOST: i64 = 500;

/// The views of the board (ui.md 11.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum View {
    /// 未返信
    #[default]
    Waiting,
    /// 確定
    Booked,
    /// 要調整
    Person,
    /// 済
    Done,
}

impl View {
    const ALL: [Self; 4] = [Self::Waiting, Self::Booked, Self::Person, Self::Done];

    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Booked => "booked",
            Self::Person => "person",
            Self::Done => "done",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }

    fn label(self, t: Locale) -> &'static str {
        match self {
            Self::Waiting => t.agenda_waiting(),
            Self::Booked => t.agenda_booked(),
            Self::Person => t.agenda_person(),
            Self::Done => t.agenda_done(),
        }
    }

    fn none(self, t: Locale) -> &'static str {
        match self {
            Self::Waiting => t.agenda_none_waiting(),
            Self::Booked => t.agenda_none_booked(),
            Self::Person => t.agenda_none_person(),
            Self::Done => t.agenda_none_done(),
        }
    }
}

/// An offer with all that a line of the board tells.
struct Entry {
    offer: Offer,
    conversation: Conversation,
    slots: Vec<Slot>,
    openings: HashMap<OpeningId, Opening>,
    is_over: bool,
    /// An interviewer has come to be busy then, by their own calendar.
    collides: bool,
    application: Option<Standing>,
}

/// Which of them are shown.
struct Narrowed {
    step: Option<Step>,
    /// Whose candidates they are; anybody's where there is none.
    of: Option<UserId>,
}

impl Narrowed {
    fn takes_in(&self, entry: &Entry) -> bool {
        let step = entry.application.map(|one| one.step);
        let recruiter = entry.application.and_then(|one| one.recruiter);
        let theirs = [entry.offer.user, recruiter, entry.conversation.status.assignee];
        self.step.is_none_or(|wanted| step == Some(wanted))
            && self.of.is_none_or(|user| theirs.contains(&Some(user)))
    }

    /// As it stands behind an address that has a question mark already.
    fn query(&self) -> String {
        let step = self.step.map(|step| format!("&step={}", step.word())).unwrap_or_default();
        let mine = if self.of.is_some() { "&mine=1" } else { "" };
        format!("{step}{mine}")
    }
}

/// `GET /appointments?view=&step=&mine=`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let query = Fields::parse(request.query_string().as_bytes());
    let chosen = View::from_word(query.get("view")).unwrap_or_default();
    let narrowed = Narrowed {
        step: Step::from_word(query.get("step")),
        of: query.has("mine").then_some(session.user.id),
    };
    let mut shell = shell(&app, &session, Nav::Appointments).await?;
    shell.appointments = true;
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let now = app.clock.now();
    let read = app.store.read(move |db| {
        let seen = inboxes::in_sight(db, &sight)?;
        let inboxes: HashMap<InboxId, Inbox> =
            inboxes::all(db)?.into_iter().map(|inbox| (inbox.id, inbox)).collect();
        Ok::<_, StoreError>((entries(db, &seen, now)?, inboxes))
    });
    let (mut entries, inboxes) = read.await?;
    entries.retain(|entry| narrowed.takes_in(entry));
    let tab = |view: View| BoardTab {
        word: view.word(),
        label: view.label(t),
        count: entries.iter().filter(|entry| view_of(entry) == Some(view)).count(),
        chosen: view == chosen,
    };
    let tabs = View::ALL.map(tab).into();
    entries.retain(|entry| view_of(entry) == Some(chosen));
    if chosen == View::Booked {
        entries.sort_by_key(starts);
    }
    let item = |entry: &Entry| {
        let inbox = inboxes.get(&entry.offer.inbox);
        let zone = inbox.map_or("UTC", |inbox| inbox.time_zone.as_str());
        let times = Times::new(t, zone, now);
        AgendaItem {
            id: entry.offer.id.to_string(),
            conversation_id: entry.conversation.id.to_string(),
            name: shown_name(&entry.conversation, numbers),
            title: entry.offer.title.clone(),
            inbox: inbox.map(|inbox| inbox.name.clone()).unwrap_or_default(),
            what: what(t, &times, entry),
            times: shown_times(&times, entry),
            since: times.full(entry.offer.created_at),
            application: entry.application.map(|one| (one.id.to_string(), step_label(t, one.step))),
        }
    };
    let items = entries.iter().map(item).collect();
    html(&AgendaPage {
        shell,
        tabs,
        none: chosen.none(t),
        items,
        view: chosen.word(),
        steps: step_choices(t, narrowed.step),
        mine: narrowed.of.is_some(),
        narrowed: narrowed.query(),
    })
}

fn entries(db: &mut Db, seen: &[InboxId], now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError> {
    let offers = appointment_offers::on_board(db, seen, now, MOST)?;
    entries_of(db, offers, now)
}

fn entries_of(
    db: &mut Db,
    offers: Vec<Offer>,
    now: DateTime<Utc>,
) -> Result<Vec<Entry>, StoreError> {
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let mut slots: HashMap<OfferId, Vec<Slot>> = HashMap::new();
    let mut wanted = Vec::new();
    for slot in appointment_offers::slots_of_all(db, &ids)? {
        wanted.push(slot.opening);
        slots.entry(slot.offer).or_default().push(slot);
    }
    wanted.sort();
    wanted.dedup();
    let openings = appointment_openings::find_all(db, &wanted)?;
    let openings: HashMap<OpeningId, Opening> =
        openings.into_iter().map(|one| (one.id, one)).collect();
    let ids: Vec<ConversationId> = offers.iter().map(|offer| offer.conversation).collect();
    let found = conversations::find_all(db, &ids)?;
    let candidates: Vec<ContactId> = found.iter().map(|one| one.contact.id).collect();
    let standing = applications::standing(db, &candidates)?;
    let found: HashMap<ConversationId, Conversation> =
        found.into_iter().map(|one| (one.id, one)).collect();
    let mut entries: Vec<Entry> = offers
        .into_iter()
        .filter_map(|offer| {
            let slots = slots.remove(&offer.id).unwrap_or_default();
            let conversation = found.get(&offer.conversation)?.clone();
            let own = slots.iter().filter_map(|slot| openings.get(&slot.opening).cloned());
            let openings: HashMap<OpeningId, Opening> = own.map(|one| (one.id, one)).collect();
            let booked = slots.iter().find(|slot| slot.state == SlotState::Booked);
            let ends = booked.and_then(|slot| openings.get(&slot.opening)).map(|one| one.span.ends);
            let is_over = ends.is_some_and(|ends| ends <= now);
            let application = standing.get(&(offer.inbox, conversation.contact.id)).copied();
            let collides = false;
            Some(Entry { offer, conversation, slots, openings, is_over, collides, application })
        })
        .collect();
    mark_collisions(db, &mut entries)?;
    Ok(entries)
}

/// Interviewers' calendars change after a time is booked: whoever arranges it has to know.
fn mark_collisions(db: &mut Db, entries: &mut [Entry]) -> Result<(), StoreError> {
    let coming = || entries.iter().filter(|entry| !entry.is_over).filter_map(booked);
    let Some(starts) = coming().map(|one| one.span.starts).min() else { return Ok(()) };
    let ends = coming().map(|one| one.span.ends).max().unwrap_or(starts);
    let mut people: Vec<InterviewerId> =
        coming().flat_map(|one| one.interviewers.ids().to_vec()).collect();
    people.sort();
    people.dedup();
    let mut busy: HashMap<InterviewerId, Vec<Span>> = HashMap::new();
    for (who, span) in interviewer_busy::around(db, &people, Span { starts, ends })? {
        busy.entry(who).or_default().push(span);
    }
    let is_busy = |who: &InterviewerId, span: Span| {
        busy.get(who).is_some_and(|theirs| theirs.iter().any(|one| one.overlaps(span)))
    };
    for entry in entries.iter_mut().filter(|entry| !entry.is_over) {
        let meeting = booked(entry);
        entry.collides = meeting
            .is_some_and(|one| one.interviewers.ids().iter().any(|who| is_busy(who, one.span)));
    }
    Ok(())
}

/// `None` for what another offer took the place of.
fn view_of(entry: &Entry) -> Option<View> {
    match entry.offer.state {
        OfferState::Open => Some(View::Waiting),
        OfferState::NeedsPerson | OfferState::Expired => Some(View::Person),
        OfferState::Booked if entry.is_over => Some(View::Done),
        OfferState::Booked if entry.collides => Some(View::Person),
        OfferState::Booked => Some(View::Booked),
        OfferState::Declined | OfferState::Withdrawn => Some(View::Done),
        OfferState::Replaced => None,
    }
}

/// The time that is booked.
fn booked(entry: &Entry) -> Option<&Opening> {
    let booked = entry.slots.iter().find(|slot| slot.state == SlotState::Booked)?;
    entry.openings.get(&booked.opening)
}

fn starts(entry: &Entry) -> Option<DateTime<Utc>> {
    booked(entry).map(|opening| opening.span.starts)
}

fn what(t: Locale, times: &Times, entry: &Entry) -> String {
    let offer = &entry.offer;
    match (offer.state, offer.wish) {
        (OfferState::Booked, _) if entry.is_over => t.agenda_was_booked().to_owned(),
        (OfferState::Booked, _) if entry.collides => t.agenda_collides().to_owned(),
        (OfferState::Booked, _) => t.agenda_booked().to_owned(),
        (OfferState::NeedsPerson, Some(wish)) => wish_of(t, wish).to_owned(),
        (OfferState::Expired, _) => t.offer_expired(times.full(offer.reply_by).shown),
        (OfferState::Declined, _) => t.agenda_was_declined().to_owned(),
        (OfferState::Withdrawn, _) => t.agenda_was_withdrawn().to_owned(),
        _ => t.agenda_until(times.full(offer.reply_by).shown),
    }
}

/// The booked time, or those to choose from.
fn shown_times(times: &Times, entry: &Entry) -> Vec<String> {
    let is_booked = entry.offer.state == OfferState::Booked;
    let slots = entry.slots.iter();
    slots
        .filter(|slot| !is_booked || slot.state == SlotState::Booked)
        .filter_map(|slot| entry.openings.get(&slot.opening))
        .map(|opening| times.full(opening.span.starts).shown)
        .collect()
}

/// `POST /conversations/{id}/appointment?offer=`: books the slot that is named.
pub async fn confirm(
    app: web::Data<App>,
    asked: Asked,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let number = asked.fields.get("slot").parse().map_err(|_no_number| WebError::BadRequest)?;
    let seen = of_query(&request, "offer").map(OfferId);
    match book::confirm(&app, asked.caller(), asked.id, seen, number).await {
        // It was decided meanwhile: the page says how.
        Ok(_) | Err(ActionError::Invalid { field: "slot", .. }) => Ok(back(&asked)),
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/appointment?offer=`: what was offered is taken back.
/// `?appointment=`: what was booked is called off.
pub async fn withdraw(
    app: web::Data<App>,
    asked: Asked,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let offer = of_query(&request, "offer").map(|id| Seen::Offer(OfferId(id)));
    let seen =
        of_query(&request, "appointment").map(|id| Seen::Appointment(AppointmentId(id))).or(offer);
    match end::withdraw(&app, asked.caller(), asked.id, seen).await {
        Ok(()) | Err(ActionError::TooLate) => Ok(back(&asked)),
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/suggestion`: that is not what was meant.
pub async fn dismiss(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    end::dismiss(&app, asked.caller(), asked.id).await?;
    Ok(back(&asked))
}

/// What stood on the page when the button was pressed.
fn of_query(request: &HttpRequest, name: &str) -> Option<Uuid> {
    Fields::parse(request.query_string().as_bytes()).get(name).parse().ok()
}

fn back(asked: &Asked) -> HttpResponse {
    see_other(&format!("/conversations/{}#latest", asked.id))
}
