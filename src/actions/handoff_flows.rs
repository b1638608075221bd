//! Phone menus: written down, changed, and switched while everybody is busy.
//!
//! Whatever a caller may be sent is measured here, so that no call fails of it.

use std::collections::HashSet;

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::handoff::{Flow, FlowError, MenuOption, Overflow, Saying, URL_PLACE};
use crate::domain::id::{CalendarId, HandoffFlowId, TeamId};
use crate::domain::segment::{LengthProfile, normalise_body};
use crate::domain::user::{ActorKind, Caller};
use crate::locale::Locale;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::{
    AsStoreError, StoreError, Tx, calendars, handoff_flows, handoff_switches, inboxes, optional,
    senders, teams,
};

use super::{ActionError, Problem, access, links, outgoing};

mod overflow;
mod remove;
pub mod sample;

pub use overflow::{set_overflow, switch};
pub use remove::remove;

/// More and nobody knows which is which.
const MOST: i64 = 100;
/// Characters of what the voice says.
const LONGEST_SAYING: usize = 300;
/// As long as a short link of a house with a long name.
const SOME_LINK: &str = "https://henji.example.co.jp/l/ABCDEFGHIJK";

/// Which flow is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one of that name, if there is one.
    Named,
    New,
    This(HandoffFlowId),
}

/// Why a flow is not taken, and by which option: the first is 0.
#[derive(Debug)]
pub struct Refusal {
    pub option: Option<usize>,
    pub error: ActionError,
}

impl From<ActionError> for Refusal {
    fn from(error: ActionError) -> Self {
        Self { option: None, error }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        ActionError::from(error).into()
    }
}

impl AsStoreError for Refusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        self.error.as_store_error()
    }
}

/// Writes a flow; the flow as it is kept. Without an `overflow` that stays as it is.
///
/// # Errors
/// `Invalid` names the field.
pub async fn save(
    app: &App,
    caller: Caller,
    which: Which,
    flow: Flow,
    overflow: Option<Overflow>,
) -> Result<Flow, Refusal> {
    must_set(&caller)?;
    let flow = tidied(flow);
    let providers = app.providers.clone();
    app.store.write(move |tx| write(tx, &providers, &caller, which, flow.clone(), overflow)).await
}

/// Administrators, and programs whose key is for handoffs.
fn must_set(caller: &Caller) -> Result<(), ActionError> {
    match caller.actor.kind {
        ActorKind::ApiToken => Ok(()),
        _ => access::must_administer(caller),
    }
}

fn write(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    which: Which,
    flow: Flow,
    overflow: Option<Overflow>,
) -> Result<Flow, Refusal> {
    let by_name = handoff_flows::find_by_name(tx, &flow.name).map_err(ActionError::from)?;
    let before = match which {
        Which::Named => by_name,
        Which::New if by_name.is_some() => return Err(taken().into()),
        Which::New => None,
        Which::This(id) if by_name.is_some_and(|other| other.id != id) => {
            return Err(taken().into());
        }
        Which::This(id) => Some(handoff_flows::find(tx, id).map_err(ActionError::from)?),
    };
    let is_new = before.is_none();
    if is_new && handoff_flows::count(tx).map_err(ActionError::from)? >= MOST {
        return Err(ActionError::invalid("name", Problem::TooMany).into());
    }
    let kept = before.as_ref().map(|before| (before.id, before.overflow));
    let flow = Flow {
        id: kept.map_or_else(fresh_id, |(id, _)| id),
        overflow: overflow.or(kept.map(|(_, overflow)| overflow)).unwrap_or_default(),
        ..flow
    };
    flow.check().map_err(refused)?;
    everything_must_exist(tx, &flow)?;
    everything_must_fit(tx, providers, &flow)?;
    links_must_lead_somewhere(tx, caller, &flow)?;
    if before.as_ref() == Some(&flow) {
        return Ok(flow);
    }
    let now = tx.now;
    handoff_flows::save(tx, &flow, now).map_err(ActionError::from)?;
    if before.map_or(Overflow::default(), |before| before.overflow) != flow.overflow {
        handoff_switches::note(tx, flow.id, &caller.actor, now).map_err(ActionError::from)?;
    }
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    let action = if is_new { "handoff_flow.add" } else { "handoff_flow.change" };
    tx.audit(&caller.actor, action, Object::new("handoff_flow", flow.id.0));
    Ok(flow)
}

fn taken() -> ActionError {
    ActionError::invalid("name", Problem::Taken)
}

/// Without what surrounds words, and without what is empty.
fn tidied(flow: Flow) -> Flow {
    let text = |text: Option<String>| {
        let text = text.map(|text| normalise_body(&text).trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let option = |option: MenuOption| MenuOption {
        digit: option.digit.trim().to_owned(),
        topic: option.topic.trim().to_owned(),
        body: normalise_body(&option.body).trim().to_owned(),
        url: text(option.url),
        ..option
    };
    let saying = |saying: Saying| Saying { text: saying.text.trim().to_owned(), ..saying };
    Flow {
        name: flow.name.trim().to_owned(),
        called: text(flow.called),
        operator: text(flow.operator),
        general: text(flow.general),
        closed: text(flow.closed),
        overflow_body: text(flow.overflow_body),
        overflow_url: text(flow.overflow_url),
        options: flow.options.into_iter().map(option).collect(),
        sayings: flow
            .sayings
            .into_iter()
            .map(saying)
            .filter(|saying| !saying.text.is_empty())
            .collect(),
        ..flow
    }
}

fn refused(error: FlowError) -> Refusal {
    use FlowError as E;
    let (option, field, problem) = match error {
        E::Name => (None, "name", Problem::Malformed),
        E::Called => (None, "called", Problem::TooLong),
        E::Operator => (None, "operator", Problem::NotAPhoneNumber),
        E::Duplicate => (None, "duplicate_minutes", Problem::Malformed),
        E::Returns => (None, "return_days", Problem::Malformed),
        E::TooManyOptions => (None, "options", Problem::TooMany),
        E::Digit(n) => (Some(n), "digit", Problem::Malformed),
        E::SameDigit(n) => (Some(n), "digit", Problem::Taken),
        E::Topic(n) => (Some(n), "topic", Problem::Malformed),
        E::NoUrl(n) => (Some(n), "url", Problem::Missing),
        E::NoOverflowBody => (None, "overflow_body", Problem::Missing),
        E::NoOverflowUrl => (None, "overflow_url", Problem::Missing),
        E::NoBusyCalendar => (None, "busy_calendar_id", Problem::Missing),
        E::NoUrlInGeneral => (None, "general_body", Problem::Malformed),
        E::NoUrlInClosed => (None, "closed_body", Problem::Malformed),
    };
    Refusal { option, error: ActionError::invalid(field, problem) }
}

fn everything_must_exist(tx: &mut Tx, flow: &Flow) -> Result<(), Refusal> {
    let unknown = |field| ActionError::invalid(field, Problem::Unknown);
    optional(inboxes::find(tx, flow.inbox))
        .map_err(ActionError::from)?
        .ok_or_else(|| unknown("inbox_id"))?;
    let mut calendar = |field, id: Option<CalendarId>| match id {
        Some(id) => {
            let found = optional(calendars::find(tx, id)).map_err(ActionError::from)?;
            found.map(|_| ()).ok_or_else(|| unknown(field))
        }
        None => Ok(()),
    };
    calendar("calendar_id", flow.calendar)?;
    calendar("busy_calendar_id", flow.busy_calendar)?;
    let here = teams::of_inbox(tx, flow.inbox).map_err(ActionError::from)?;
    let here: HashSet<TeamId> = here.into_iter().map(|(id, _)| id).collect();
    for (n, option) in flow.options.iter().enumerate() {
        let refuse = |error| Refusal { option: Some(n), error };
        if option.team.is_some_and(|team| !here.contains(&team)) {
            return Err(refuse(unknown("team")));
        }
        let language = option.language.as_deref();
        if language.is_some_and(|tag| !is_language(tag)) {
            return Err(refuse(unknown("language")));
        }
    }
    for saying in &flow.sayings {
        let is_long = saying.text.chars().count() > LONGEST_SAYING;
        if is_long || saying.text.contains(char::is_control) {
            return Err(ActionError::invalid("sayings", Problem::TooLong).into());
        }
        if !is_language(&saying.language) {
            return Err(unknown("language").into());
        }
    }
    Ok(())
}

/// As the house writes it.
fn is_language(tag: &str) -> bool {
    Locale::ALL.iter().any(|locale| locale.tag() == tag)
}

fn everything_must_fit(tx: &mut Tx, providers: &Registry, flow: &Flow) -> Result<(), Refusal> {
    let ours = senders::of_inbox(tx, flow.inbox).map_err(ActionError::from)?;
    let sender = ours.first().ok_or(ActionError::invalid("inbox_id", Problem::NoSender))?;
    let profile = outgoing::profile_of(tx, providers, sender)?;
    for (field, body) in [
        ("general_body", &flow.general),
        ("closed_body", &flow.closed),
        ("overflow_body", &flow.overflow_body),
    ] {
        if let Some(body) = body {
            fits(field, body, profile)?;
        }
    }
    for (n, option) in flow.options.iter().enumerate() {
        fits("body", &option.body, profile).map_err(|error| Refusal { option: Some(n), error })?;
    }
    Ok(())
}

/// Whoever writes a menu says where its links lead: a host that no link led to yet is
/// allowed from then on, on record like any other.
fn links_must_lead_somewhere(tx: &mut Tx, caller: &Caller, flow: &Flow) -> Result<(), Refusal> {
    let named = flow.options.iter().enumerate().map(|(n, option)| (Some(n), option.url.as_ref()));
    let all = named.chain([(None, flow.overflow_url.as_ref())]);
    for (option, url) in all {
        let Some(url) = url else { continue };
        let allowed = links::allow_destination(tx, caller, url);
        allowed.map_err(|error| match (option, error) {
            (None, ActionError::Invalid { problem, .. }) => {
                ActionError::invalid("overflow_url", problem).into()
            }
            (option, error) => Refusal { option, error },
        })?;
    }
    Ok(())
}

fn fits(field: &'static str, body: &str, profile: LengthProfile) -> Result<(), ActionError> {
    let body = body.replace(URL_PLACE, SOME_LINK);
    match outgoing::check_body(&body, profile, true) {
        Ok(_) => Ok(()),
        Err(ActionError::Invalid { problem, .. }) => Err(ActionError::invalid(field, problem)),
        Err(error) => Err(error),
    }
}
