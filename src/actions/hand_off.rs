//! A caller pressed a key: they are sent the text of it, and the telephone exchange
//! is told what to say.
//!
//! The same key of the same call is answered the same, however often it is asked:
//! all of it is one transaction, and the text leaves afterwards, so that a silent
//! provider keeps nobody on the line.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::consent;
use crate::domain::conversation::ConversationState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::handoff::{
    Before, CannotSms, Flow, LEAVES_WITHIN, LINK_LASTS, MenuOption, Outcome, Overflow, Trunk,
    URL_PLACE, Wording, reach,
};
use crate::domain::id::{CalendarId, HandoffFlowId, TeamId};
use crate::domain::message::Purpose;
use crate::domain::opt_out::blocks;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::locale::Locale;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::handoffs::Handoff;
use crate::store::links::{self as store_links, Made};
use crate::store::{
    Db, StoreError, Tx, calendars, consents, contacts, conversations, handoff_flows, handoffs,
    inboxes, optional, organization, teams,
};

use super::links;
use super::outgoing::{self, Draft};
use super::start_conversation::join_or_start;
use super::{ActionError, Problem, timeline};

pub mod trial;

/// What a telephone exchange tells of a call.
#[derive(Clone, Debug)]
pub struct Pressed {
    pub trunk: Trunk,
    /// What the exchange calls the call.
    pub call: String,
    /// The number as it came, or as somebody typed it.
    pub caller: String,
    pub typed: bool,
    pub flow: Menu,
    pub digit: String,
    pub called_at: Option<DateTime<Utc>>,
}

/// Which flow is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Menu {
    Named(String),
    This(HandoffFlowId),
}

/// What it is answered.
#[derive(Clone, Debug)]
pub struct Answered {
    pub handoff: Handoff,
    /// What the voice may say, in the option's language.
    pub say: String,
}

/// # Errors
/// `Invalid` names `flow` or `digit` where there is no such thing, and `sender` where
/// the inbox has lost its number.
pub async fn run(app: &App, caller: Caller, pressed: Pressed) -> Result<Answered, ActionError> {
    let (providers, links) = (app.providers.clone(), app.config.web.links().join("/l/"));
    app.store.write(move |tx| write(tx, &providers, &links, &caller, &pressed)).await
}

/// Everything about one press that its answer hangs on.
struct Press<'a> {
    pressed: &'a Pressed,
    flow: &'a Flow,
    option: &'a MenuOption,
    number: Result<PhoneNumber, CannotSms>,
    call_index: Vec<u8>,
    caller_index: Vec<u8>,
    /// What short links begin with.
    links: &'a str,
    /// Words of the house are written in it.
    locale: Locale,
}

fn write(
    tx: &mut Tx,
    providers: &Registry,
    links: &str,
    caller: &Caller,
    pressed: &Pressed,
) -> Result<Answered, ActionError> {
    let unknown = |field| ActionError::invalid(field, Problem::Unknown);
    let flow = match &pressed.flow {
        Menu::Named(name) => handoff_flows::find_by_name(tx, name)?,
        Menu::This(id) => optional(handoff_flows::find(tx, *id))?,
    };
    let flow = flow.ok_or_else(|| unknown("flow"))?;
    let option = flow.option(&pressed.digit).ok_or_else(|| unknown("digit"))?;
    let number = reach(&pressed.caller, pressed.typed, flow.foreign_numbers);
    let address = number.as_ref().map_or(pressed.caller.trim(), PhoneNumber::as_str);
    let language = match &option.language {
        Some(language) => language.clone(),
        None => inboxes::find(tx, flow.inbox)?.locale,
    };
    let press = Press {
        call_index: handoffs::call_index(tx, pressed.trunk, &pressed.call),
        caller_index: handoffs::caller_index(tx, address),
        locale: Locale::from_tag(&language).unwrap_or_default(),
        links,
        pressed,
        flow: &flow,
        option,
        number,
    };
    let past = handoffs::of_call(tx, &press.call_index, &pressed.digit)?;
    let handoff = match answered_before(&press, &past) {
        Some(before) => before.clone(),
        None => decide(tx, providers, caller, &press, &past)?,
    };
    let speech = handoff.outcome.speech();
    let locale = Locale::from_tag(&handoff.language).unwrap_or_default();
    let say = flow.saying(speech, locale.tag()).unwrap_or_else(|| locale.speech(speech));
    Ok(Answered { say: say.to_owned(), handoff })
}

/// What the same question was answered. Of a caller who can get no text, and of no
/// other, a number that somebody typed since is another question.
fn answered_before<'a>(press: &Press<'_>, past: &'a [Handoff]) -> Option<&'a Handoff> {
    let is_final = |one: &&Handoff| !matches!(one.outcome, Outcome::CannotSms(_));
    let is_same = |one: &&Handoff| match press.pressed.typed {
        true => one.typed && one.caller_index == press.caller_index,
        false => !one.typed,
    };
    past.iter().find(is_final).or_else(|| past.iter().find(is_same))
}

fn decide(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    press: &Press<'_>,
    past: &[Handoff],
) -> Result<Handoff, ActionError> {
    let Press { pressed, flow, option, .. } = *press;
    let now = tx.now;
    let same = handoffs::last_sent(tx, flow.id, &option.digit, &press.caller_index)?;
    let before = look_back(tx, press, past, same.as_ref())?;
    let number = press.number.as_ref().map(|_| ()).map_err(|why| *why);
    let outcome = flow.decide(number, pressed.typed, before, now);
    let called_at = pressed.called_at.map_or(now, |at| at.min(now));
    let mut handoff = Handoff {
        id: fresh_id(),
        flow: flow.id,
        trunk: pressed.trunk,
        call_index: press.call_index.clone(),
        caller_index: press.caller_index.clone(),
        digit: option.digit.clone(),
        turn: i32::try_from(past.len()).unwrap_or(i32::MAX),
        topic: option.topic.clone(),
        language: press.locale.tag().to_owned(),
        typed: pressed.typed,
        outcome,
        suggests_operator: outcome.suggests_operator(before.in_vain),
        conversation: None,
        message: None,
        team: option.team,
        called_at,
        returns_until: now + flow.returns,
        created_at: now,
    };
    match (outcome, &press.number, same) {
        (Outcome::Accepted, Ok(number), _) => {
            send(tx, providers, caller, press, number, &mut handoff)?;
        }
        (Outcome::Suppressed, _, Some(same)) => {
            handoff.conversation = same.conversation;
            handoff.message = same.message;
        }
        _ => {}
    }
    handoffs::insert(tx, &handoff)?;
    if let Some(conversation) = handoff.conversation {
        tell(tx, press, &handoff, conversation, before.again)?;
    }
    Ok(handoff)
}

fn tell(
    tx: &mut Tx,
    press: &Press<'_>,
    handoff: &Handoff,
    conversation: crate::domain::id::ConversationId,
    again: i64,
) -> Result<(), StoreError> {
    let inbox = press.flow.inbox;
    if handoff.outcome == Outcome::Suppressed {
        let times = u32::try_from(again + 1).unwrap_or(u32::MAX);
        timeline::say(tx, inbox, conversation, None, SystemLine::CalledAgain(times))?;
    }
    let event = NewEvent::conversation(EventKind::HandoffCreated, inbox, conversation);
    tx.event(NewEvent { message_id: handoff.message, ..event });
    Ok(())
}

/// What is known of the caller and the exchange.
fn look_back(
    tx: &mut Tx,
    press: &Press<'_>,
    past: &[Handoff],
    same: Option<&Handoff>,
) -> Result<Before, ActionError> {
    let Press { pressed, flow, option, .. } = *press;
    let Ok(number) = &press.number else {
        let tries = past.iter().filter(|one| one.typed).count();
        return Ok(Before { tries: i32::try_from(tries).unwrap_or(i32::MAX), ..Before::default() });
    };
    let now = tx.now;
    let before = handoffs::before(tx, pressed.trunk, &press.caller_index, now)?;
    let again = match same {
        Some(same) => {
            let (digit, caller) = (&option.digit, &press.caller_index);
            handoffs::count_calls(tx, flow.id, digit, caller, same.created_at)?
        }
        None => 0,
    };
    let (call, caller) = (&press.call_index, &press.caller_index);
    let other = handoffs::last_of_another_call(tx, flow.id, caller, call, now)?;
    let in_vain = match &other {
        Some(other) => !was_helped(tx, other)?,
        None => false,
    };
    let contact = contacts::find_by_address(tx, number.as_str())?;
    let purpose = purpose(press);
    let person = contact.as_ref().map(|contact| contact.person);
    let opted_out = contact.and_then(|contact| contact.opted_out);
    let lacks_consent = match person {
        Some(person) => consents::is_lacking(tx, person, purpose)?,
        None => consent::is_needed(purpose),
    };
    Ok(Before {
        same_at: same.map(|same| same.created_at),
        again,
        tries: i32::try_from(past.iter().filter(|one| one.typed).count()).unwrap_or(i32::MAX),
        opted_out: lacks_consent || opted_out.is_some_and(|scope| blocks(scope, purpose)),
        in_vain,
        ..before
    })
}

/// Whether a text led anywhere: its link was opened, or it was answered.
fn was_helped(tx: &mut Tx, handoff: &Handoff) -> Result<bool, StoreError> {
    let Some(conversation) = handoff.conversation else { return Ok(false) };
    if !store_links::first_opens(tx, handoff.message.as_slice())?.is_empty() {
        return Ok(true);
    }
    let found = conversations::find(tx, conversation)?;
    Ok(found.last_inbound_at.is_some_and(|at| at > handoff.created_at))
}

/// What is meant for nobody in particular is a notice, whatever was pressed.
fn purpose(press: &Press<'_>) -> Purpose {
    if press.pressed.typed { Purpose::Notice } else { press.option.purpose }
}

fn send(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    press: &Press<'_>,
    number: &PhoneNumber,
    handoff: &mut Handoff,
) -> Result<(), ActionError> {
    let Press { flow, option, .. } = *press;
    let now = tx.now;
    let contact = contacts::find_or_insert(tx, number.as_str(), now)?;
    let found = join_or_start(tx, caller, flow.inbox, &contact)?;
    let sender = outgoing::choose_sender(tx, &found, None)?;
    let profile = outgoing::profile_of(tx, providers, &sender)?;
    let (body, leads_to) = words(tx, press)?;
    let link = match leads_to {
        Some(url) if body.contains(URL_PLACE) => Some(make_link(tx, &found, url)?),
        _ => None,
    };
    let body = match &link {
        Some(made) => body.replace(URL_PLACE, &link_address(press.links, made)),
        None => body,
    };
    let checked = outgoing::check_body(&body, profile, true)?;
    let draft = Draft {
        body,
        purpose: purpose(press),
        client_message_id: None,
        sender: Some(sender.id),
        send_at: None,
        expires_at: Some(now + LEAVES_WITHIN),
        until_reply: false,
        automatic: false,
        may_be_undone: false,
        despite_doubt: true,
    };
    let message = outgoing::queue(tx, caller, &found, &draft, &checked, &sender)?;
    if let Some(made) = &link {
        store_links::attach(tx, made.id, message.id)?;
    }
    handoff.conversation = Some(found.id);
    handoff.message = Some(message.id);
    let is_nobodys = found.status.state == ConversationState::Open
        && found.status.assignee.is_none()
        && found.team.is_none();
    match option.team {
        Some(team) if is_nobodys => Ok(give(tx, &found, Some(team))?),
        _ => Ok(()),
    }
}

/// A link of this call alone: it says nothing of whose it is, and is soon over.
fn make_link(tx: &mut Tx, found: &Conversation, url: String) -> Result<Made, ActionError> {
    let wanted = links::Wanted {
        conversation: found.id,
        message: None,
        destination: url,
        expires_at: tx.now + LINK_LASTS,
    };
    links::make(tx, &wanted)
}

fn link_address(start: &str, made: &Made) -> String {
    format!("{start}{}", made.token.as_str())
}

/// What is sent, and where its link leads.
fn words(tx: &mut Tx, press: &Press<'_>) -> Result<(String, Option<String>), ActionError> {
    let Press { pressed, flow, option, locale, .. } = *press;
    let now = tx.now;
    let is_open = is_open(tx, flow.calendar, now)?.unwrap_or(true);
    let is_busy = is_busy(tx, flow.overflow, flow.busy_calendar, now)?;
    let (body, url) = match flow.wording(pressed.typed, is_open, is_busy) {
        Wording::Own => (Some(&option.body), option.url.as_ref()),
        Wording::General => (flow.general.as_ref(), None),
        Wording::Closed => (flow.closed.as_ref(), None),
        Wording::Overflow => (flow.overflow_body.as_ref(), flow.overflow_url.as_ref()),
    };
    if let Some(body) = body {
        return Ok((body.clone(), url.cloned()));
    }
    let house = organization::find(tx)?.map(|house| house.name).unwrap_or_default();
    Ok((locale.handoff_general(house), None))
}

/// Whether a person takes calls of the flow at `now`.
pub(super) fn is_staffed(db: &mut Db, flow: &Flow, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(is_open(db, flow.calendar, now)?.unwrap_or(true)
        && !is_busy(db, flow.overflow, flow.busy_calendar, now)?)
}

/// Whether everybody is busy at `now`, by the overflow mode and its calendar.
pub fn is_busy(
    db: &mut Db,
    overflow: Overflow,
    calendar: Option<CalendarId>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    match overflow {
        Overflow::Off => Ok(false),
        Overflow::On => Ok(true),
        Overflow::Scheduled => Ok(is_open(db, calendar, now)?.unwrap_or(false)),
    }
}

/// `None` without a calendar.
fn is_open(
    db: &mut Db,
    calendar: Option<CalendarId>,
    now: DateTime<Utc>,
) -> Result<Option<bool>, StoreError> {
    let Some(calendar) = calendar else { return Ok(None) };
    Ok(Some(calendars::find(db, calendar)?.hours().is_open(now)))
}

/// A text of the contact takes up a conversation that was closed: it is the work of
/// the team of what they rang for, as long as answers belong to that call.
pub(super) fn route(tx: &mut Tx, found: &Conversation) -> Result<(), StoreError> {
    let Some(call) = handoffs::newest(tx, found.id)? else { return Ok(()) };
    let team = call.as_last().routes(found.team, tx.now);
    give(tx, found, team)
}

fn give(tx: &mut Tx, found: &Conversation, team: Option<TeamId>) -> Result<(), StoreError> {
    let here = teams::of_inbox(tx, found.inbox_id)?;
    let team = team.filter(|team| here.iter().any(|(id, _)| id == team));
    if team == found.team {
        return Ok(());
    }
    conversations::set_team(tx, found.id, team)?;
    if let Some(team) = team {
        timeline::say(tx, found.inbox_id, found.id, None, SystemLine::Handed(team))?;
    }
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, found.inbox_id, found.id));
    tx.audit(&Actor::system(), "conversation.hand", Object::new("conversation", found.id.0));
    Ok(())
}
