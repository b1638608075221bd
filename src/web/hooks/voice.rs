//! Phone calls: `/hooks/{provider}/{token}/voice` and the steps below it.
//!
//! Where a call is stands in the query of the addresses that we hand out ourselves,
//! and is signed with them: the flow, the key, which attempt it is; never a number.
//! Whatever breaks, the caller hears words and no machine's excuse for them.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

use super::accounts::Door;
use super::{Address, Admitted, Answer, HookAccounts, House, acknowledged};
use crate::actions::phone_call::{self, Ring, Step};
use crate::actions::quarantine::Route;
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::handoff::Trunk;
use crate::domain::handoff::script::{Next, Turn};
use crate::domain::id::HandoffFlowId;
use crate::providers::{HookRequest, PhoneCall, Spoken, Telephone};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::throttle::Throttle;

/// Longer than any provider calls a call, or writes a number.
const LONGEST: usize = 200;

/// What the address says of the call.
struct Place {
    fields: Fields,
}

/// Somebody rings.
pub async fn start(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    house.speak(address, &request, payload, |_, _| Ok(Step::Start)).await
}

/// They pressed keys of the menu, or none.
pub async fn menu(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    let step = |place: &Place, call: &PhoneCall| {
        Ok(Step::Keys { keys: call.keys.clone(), attempt: place.attempt()? })
    };
    house.speak(address, &request, payload, step).await
}

/// They typed a number, or none.
pub async fn number(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    let step = |place: &Place, call: &PhoneCall| {
        let (digit, attempt) = (place.fields.get("digit").to_owned(), place.attempt()?);
        Ok(Step::Number { digit, keys: call.keys.clone(), attempt })
    };
    house.speak(address, &request, payload, step).await
}

/// The call is over, or the person it was put through to. What came of it is on record
/// since it did: this says only that we have heard, or that nobody answered.
pub async fn status(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    let (door, hook) = match house.admit(Route::Voice, address, &request, payload).await? {
        Admitted::Verified(door, hook) => (door, hook),
        Admitted::Refused(answer) => return Ok(answer),
    };
    let telephone = telephone(&door)?;
    match telephone.parse_call(&hook).ok().and_then(|call| call.was_answered) {
        None => Ok(acknowledged(&door)),
        Some(true) => {
            Ok(answer(telephone.speak(&Turn { lines: Vec::new(), next: Next::HangUp }, None, None)))
        }
        Some(false) => house.say(&door, &request, &hook, |_, _| Ok(Step::Unanswered)).await,
    }
}

impl House {
    async fn speak(
        &self,
        address: Address,
        request: &HttpRequest,
        payload: Payload,
        step: impl FnOnce(&Place, &PhoneCall) -> Result<Step, ActionError>,
    ) -> Answer {
        let (door, hook) = match self.admit(Route::Voice, address, request, payload).await? {
            Admitted::Verified(door, hook) => (door, hook),
            Admitted::Refused(answer) => return Ok(answer),
        };
        self.say(&door, request, &hook, step).await
    }

    async fn say(
        &self,
        door: &Door,
        request: &HttpRequest,
        hook: &HookRequest,
        step: impl FnOnce(&Place, &PhoneCall) -> Result<Step, ActionError>,
    ) -> Answer {
        let telephone = telephone(door)?;
        let place = Place { fields: Fields::parse(request.query_string().as_bytes()) };
        let call = match telephone.parse_call(hook) {
            Ok(call) => call,
            // Genuine, and yet no call that anything can be done for: for a person to judge.
            Err(error) => {
                self.set_aside(door, Route::Voice, hook.clone(), error.to_string()).await?;
                return Ok(answer(telephone.speak(&phone_call::sorry(), None, None)));
            }
        };
        let (turn, flow) = match self.turn(door, &call, &place, step).await {
            Ok((turn, flow)) => (turn, Some(flow)),
            // Nothing was written: the provider goes on with what it was told for that.
            Err(ActionError::Store(error)) if error.will_pass() => return Err(error.into()),
            Err(error) => {
                tracing::error!(
                    %error,
                    provider.name = door.provider.kind(),
                    provider_account.id = %door.account.id,
                    "a caller could not be served"
                );
                (phone_call::sorry(), None)
            }
        };
        let then = flow.and_then(|flow| address_of(&door.account.voice_url, flow, &turn.next));
        Ok(answer(telephone.speak(&turn, then.as_deref(), Some(&call))))
    }

    async fn turn(
        &self,
        door: &Door,
        call: &PhoneCall,
        place: &Place,
        step: impl FnOnce(&Place, &PhoneCall) -> Result<Step, ActionError>,
    ) -> Result<(Turn, HandoffFlowId), ActionError> {
        if call.call_ref.len().max(call.from.len()).max(call.to.len()) > LONGEST {
            return Err(ActionError::invalid("call_id", Problem::TooLong));
        }
        let step = step(place, call)?;
        let flow = self.flow(place, call.to.clone()).await?;
        let trunk = Trunk::Account(door.account.id);
        let (call, caller) = (call.call_ref.clone(), call.from.clone());
        let ring = Ring { trunk, call, caller, flow };
        Ok((phone_call::run(&self.app, ring, step).await?, flow))
    }

    /// The flow that the address names, by its id or its name; else the one that the
    /// number is for.
    async fn flow(&self, place: &Place, called: String) -> Result<HandoffFlowId, ActionError> {
        let found = match place.fields.filled("flow") {
            Some(flow) => match flow.parse::<Uuid>() {
                Ok(id) => Some(HandoffFlowId(id)),
                Err(_) => phone_call::flow_named(&self.app, flow.to_owned()).await?,
            },
            None => phone_call::flow_of_number(&self.app, called).await?,
        };
        found.ok_or(ActionError::invalid("flow", Problem::Unknown))
    }
}

impl Place {
    fn attempt(&self) -> Result<u32, ActionError> {
        let attempt = self.fields.get("attempt").parse();
        attempt.map_err(|_no_number| ActionError::invalid("attempt", Problem::Malformed))
    }
}

fn answer(spoken: Spoken) -> HttpResponse {
    HttpResponse::Ok().content_type(spoken.content_type).body(spoken.body)
}

/// To those without one no such address exists.
fn telephone(door: &Door) -> Result<&dyn Telephone, WebError> {
    door.provider.telephone().ok_or(WebError::NotFound)
}

/// Where what the caller does next is posted to.
fn address_of(voice: &str, flow: HandoffFlowId, next: &Next) -> Option<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("flow", &flow.to_string());
    let (step, attempt) = match next {
        Next::Connect { .. } => return Some(format!("{voice}/status?{}", query.finish())),
        Next::Key { attempt, .. } => ("menu", attempt),
        Next::Number { digit, attempt } => {
            query.append_pair("digit", digit);
            ("number", attempt)
        }
        Next::HangUp => return None,
    };
    query.append_pair("attempt", &attempt.to_string());
    Some(format!("{voice}/{step}?{}", query.finish()))
}
