//! A phone call that henji answers itself, one step at a time.
//!
//! What is said is the script's (`domain/handoff/script.rs`), what comes of a key is
//! [`hand_off`]'s; here the two meet. Nothing of a call is remembered between its
//! steps but what `hand_off` keeps: whoever holds the line says again where they are.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::handoff::script::{Script, Turn};
use crate::domain::handoff::{Flow, MenuOption, Trunk};
use crate::domain::id::HandoffFlowId;
use crate::domain::user::{Actor, Caller};
use crate::locale::{Locale, Voice};
use crate::store::audit::Object;
use crate::store::{Db, StoreError, handoff_flows, inboxes, menu_calls, optional};

use super::hand_off::{self, Menu, Pressed};
use super::{ActionError, Problem};

/// The call, as whoever holds the line tells of it.
#[derive(Clone, Debug)]
pub struct Ring {
    pub trunk: Trunk,
    /// What the trunk calls it.
    pub call: String,
    /// The number as the network gave it.
    pub caller: String,
    pub flow: HandoffFlowId,
}

/// Where the call is, and what the caller did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Start,
    /// Keys, or none, after the menu was said for the `attempt`th time.
    Keys {
        keys: String,
        attempt: u32,
    },
    /// A number, or none, after it was asked for the `attempt`th time; for the text
    /// of `digit`.
    Number {
        digit: String,
        keys: String,
        attempt: u32,
    },
    /// They were put through, and nobody answered.
    Unanswered,
}

/// The flow that calls to `number` are for.
pub async fn flow_of_number(
    app: &App,
    number: String,
) -> Result<Option<HandoffFlowId>, ActionError> {
    let found = app.store.read(move |db| handoff_flows::find_by_called(db, &number)).await?;
    Ok(found.map(|flow| flow.id))
}

pub async fn flow_named(app: &App, name: String) -> Result<Option<HandoffFlowId>, ActionError> {
    let found = app.store.read(move |db| handoff_flows::find_by_name(db, &name)).await?;
    Ok(found.map(|flow| flow.id))
}

/// Notes who of the house rings, to see what comes of it.
pub async fn note_trial(app: &App, actor: Actor, flow: HandoffFlowId) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            tx.audit(&actor, "handoff_flow.try", Object::new("handoff_flow", flow.0));
            Ok(())
        })
        .await
}

/// What the caller hears next.
///
/// # Errors
/// `NotFound` without such a flow; [`sorry`] is what is said of any error.
pub async fn run(app: &App, ring: Ring, step: Step) -> Result<Turn, ActionError> {
    let flow = ring.flow;
    let now = app.clock.now();
    let menu = app.store.read(move |db| Spoken::read(db, flow, now)).await?;
    let script = menu.script();
    match step {
        Step::Start => {
            note(app, &ring).await;
            Ok(script.start())
        }
        Step::Unanswered => Ok(script.broken()),
        Step::Keys { keys, attempt } => match script.pressed(&keys, attempt) {
            Err(again) => Ok(again),
            Ok(option) => {
                let pressed = pressed(ring, &option.digit, None);
                answer(app, &script, menu.has_operator, option, pressed, 0).await
            }
        },
        Step::Number { digit, keys, attempt } => {
            let unknown = || ActionError::invalid("digit", Problem::Unknown);
            let option = menu.flow.option(&digit).ok_or_else(unknown)?;
            match script.typed(option, &keys, attempt) {
                Err(again) => Ok(again),
                Ok(number) => {
                    let pressed = pressed(ring, &option.digit, Some(number));
                    answer(app, &script, menu.has_operator, option, pressed, attempt).await
                }
            }
        }
    }
}

/// Writes the call down, for the report. Nobody is kept from the menu by that: where it
/// cannot be written, the report has one less.
async fn note(app: &App, ring: &Ring) {
    let (flow, trunk, call) = (ring.flow, ring.trunk, ring.call.clone());
    let noted = app.store.write(move |tx| {
        let now = tx.now;
        Ok::<_, ActionError>(menu_calls::note(tx, flow, trunk, &call, now)?)
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, handoff_flow.id = %flow, "a call was not written down");
    }
}

/// What is said where something broke.
pub fn sorry() -> Turn {
    use crate::domain::handoff::Speech;
    use crate::domain::handoff::script::{Line, Next, Words};

    let line = |locale: Locale| Line {
        language: locale.tag().to_owned(),
        text: Voice.speech(Speech::TryLater, locale.tag()),
    };
    Turn { lines: Locale::ALL.into_iter().map(line).collect(), next: Next::HangUp }
}

/// A flow, and what its words hang on.
struct Spoken {
    flow: Flow,
    house: String,
    /// Somebody takes calls now.
    has_operator: bool,
}

impl Spoken {
    fn read(db: &mut Db, id: HandoffFlowId, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let flow = optional(handoff_flows::find(db, id))?.ok_or(StoreError::NotFound)?;
        let house = inboxes::find(db, flow.inbox)?.locale;
        let has_operator = match flow.operator {
            Some(_) => hand_off::is_staffed(db, &flow, now)?,
            None => false,
        };
        Ok(Self { flow, house, has_operator })
    }

    fn script(&self) -> Script<'_> {
        Script { flow: &self.flow, house: &self.house, words: &Voice }
    }
}

/// `typed` is a number that somebody typed instead of the one they rang from.
fn pressed(ring: Ring, digit: &str, typed: Option<String>) -> Pressed {
    Pressed {
        trunk: ring.trunk,
        call: ring.call,
        typed: typed.is_some(),
        caller: typed.unwrap_or(ring.caller),
        flow: Menu::This(ring.flow),
        digit: digit.to_owned(),
        called_at: None,
    }
}

async fn answer(
    app: &App,
    script: &Script<'_>,
    has_operator: bool,
    option: &MenuOption,
    pressed: Pressed,
    attempt: u32,
) -> Result<Turn, ActionError> {
    let answered = hand_off::run(app, Caller::house(Actor::system()), pressed).await?;
    let handoff = answered.handoff;
    let suggests_operator = handoff.suggests_operator && has_operator;
    Ok(script.answered(option, handoff.outcome, suggests_operator, attempt))
}
