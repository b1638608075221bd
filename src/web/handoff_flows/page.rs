//! One menu, for whoever sees its inbox.

use std::collections::HashMap;

use super::{busy, figures, heard, trial};
use crate::actions::ActionError;
use crate::actions::hand_off::is_busy;
use crate::actions::hand_off::{Answered, trial::simulator_of};
use crate::app::App;
use crate::domain::handoff::Flow;
use crate::domain::id::{HandoffFlowId, TeamId};
use crate::domain::user::Role;
use crate::locale::Locale;
use crate::store::calendars;
use crate::store::handoff_figures::Figures;
use crate::store::{
    Db, StoreError, handoff_figures, handoff_flows, handoff_switches, inboxes, teams,
};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::times::Times;
use crate::web::views::{FlowOptionView, FlowPage, FlowTextView, ModeView, Shell};

/// What was pressed to try it, and what came of it.
type Pressed<'a> = (&'a Fields, Result<Answered, ActionError>);

/// A menu with everything its page tells.
pub struct Shown {
    t: Locale,
    role: Role,
    flow: Flow,
    inbox: String,
    inbox_language: String,
    hours: Option<String>,
    teams: HashMap<TeamId, String>,
    figures: Figures,
    mode: ModeView,
    switched: Option<String>,
    is_simulated: bool,
}

impl Shown {
    /// # Errors
    /// `NotFound` where the menu's inbox is not theirs to see.
    pub async fn read(app: &App, session: &Session, id: HandoffFlowId) -> Result<Self, WebError> {
        let (t, role) = (session.locale(), session.user.role);
        let sight = session.caller.sight.clone();
        let times = house_times(app, t).await?;
        let read = app.store.read(move |db| {
            let flow = handoff_flows::visible_to(db, &sight, id)?;
            let inbox = inboxes::find(db, flow.inbox)?;
            let is_on = is_busy(db, flow.overflow, flow.busy_calendar, times.now)?;
            let figures = handoff_figures::since(db, &[id], times.now - figures::BACK)?;
            let hours = flow.calendar.map(|id| calendars::find(db, id)).transpose()?;
            Ok::<_, StoreError>(Self {
                t,
                role,
                inbox: inbox.name,
                inbox_language: inbox.locale,
                hours: hours.map(|calendar| calendar.name),
                teams: teams::names(db)?,
                figures: figures.get(&id).copied().unwrap_or_default(),
                mode: busy::mode(t, flow.overflow, is_on),
                switched: switched(db, &times, &flow)?,
                is_simulated: simulator_of(db, flow.inbox)?.is_some(),
                flow,
            })
        });
        Ok(read.await?)
    }

    /// # Errors
    /// What a press came to that no form can tell.
    pub fn page(
        self,
        app: &App,
        shell: Shell,
        refusal: Option<String>,
        pressed: Option<Pressed<'_>>,
    ) -> Result<FlowPage, WebError> {
        let (t, flow) = (self.t, &self.flow);
        let (fields, outcome) = match pressed {
            Some((fields, outcome)) => (fields.clone(), Some(outcome)),
            None => (trial::fresh(), None),
        };
        let may_try = self.is_simulated && self.role.may_answer();
        let trial = match may_try || outcome.is_some() {
            true => Some(trial::view(t, flow, &fields, outcome)?),
            false => None,
        };
        let endpoint = app.config.web.public_url.join("/api/v1/handoffs");
        Ok(FlowPage {
            shell,
            id: flow.id.to_string(),
            name: flow.name.clone(),
            may_edit: self.role.may_administer(),
            may_switch: self.role.may_switch_overflow(),
            can_overflow: flow.overflow_body.is_some(),
            can_schedule: flow.busy_calendar.is_some(),
            refusal,
            figures: figures::views(t, self.figures),
            facts: self.facts(),
            options: flow.options.iter().map(|option| self.option(option)).collect(),
            texts: self.texts(),
            heard: heard::views(flow, &self.inbox_language),
            example: example(&endpoint, flow),
            endpoint,
            trial,
            mode: self.mode,
            switched: self.switched,
        })
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (t, flow) = (self.t, &self.flow);
        let duplicate = match flow.duplicate.num_minutes() {
            0 => t.menu_duplicate_none().to_owned(),
            minutes => t.menu_minutes(minutes),
        };
        let foreign = if flow.foreign_numbers { t.menu_foreign_yes() } else { t.menu_foreign_no() };
        vec![
            (t.menu_called(), flow.called.clone().unwrap_or_else(|| "–".to_owned())),
            (t.menu_operator(), flow.operator.clone().unwrap_or_else(|| "–".to_owned())),
            (t.side_inbox(), self.inbox.clone()),
            (t.menu_hours(), self.hours.clone().unwrap_or_else(|| t.menu_always().to_owned())),
            (t.menu_duplicate(), duplicate),
            (t.menu_returns(), t.menu_days(flow.returns.num_days())),
            (t.menu_foreign(), foreign.to_owned()),
        ]
    }

    fn option(&self, option: &crate::domain::handoff::MenuOption) -> FlowOptionView {
        let t = self.t;
        let team = option.team.and_then(|team| self.teams.get(&team).cloned());
        FlowOptionView {
            digit: option.digit.clone(),
            topic: option.topic.clone(),
            body: option.body.clone(),
            lang: option.language.clone().unwrap_or_else(|| self.inbox_language.clone()),
            url: option.url.clone(),
            team: team.unwrap_or_else(|| t.menu_no_team().to_owned()),
            purpose: t.purpose(option.purpose),
        }
    }

    /// What is sent whatever was pressed; without words of the house, what is sent then.
    fn texts(&self) -> Vec<FlowTextView> {
        let (t, flow) = (self.t, &self.flow);
        let same = || t.menu_same_as_option().to_owned();
        let general = || t.menu_general_standard().to_owned();
        let text = |label, body: &Option<String>, standard: &dyn Fn() -> String| FlowTextView {
            label,
            body: body.clone().unwrap_or_else(standard),
            url: None,
        };
        vec![
            text(t.menu_general(), &flow.general, &general),
            text(t.menu_closed(), &flow.closed, &same),
            FlowTextView {
                url: flow.overflow_url.clone(),
                ..text(t.menu_overflow_body(), &flow.overflow_body, &same)
            },
        ]
    }
}

fn switched(db: &mut Db, times: &Times, flow: &Flow) -> Result<Option<String>, StoreError> {
    let switch = handoff_switches::of_flow(db, flow.id)?;
    switch.map(|switch| busy::told(db, times, flow.overflow, &switch)).transpose()
}

/// A request as a telephone exchange makes it; its key stays where it is kept.
fn example(endpoint: &str, flow: &Flow) -> String {
    let digit = flow.options.first().map_or("1", |option| option.digit.as_str());
    let body = serde_json::json!({
        "call_id": "CALL-0001",
        "caller": "+818012340000",
        "flow": flow.name,
        "digit": digit,
    });
    format!(
        "curl -X POST {endpoint} \\\n  -H \"Authorization: Bearer $HENJI_TOKEN\" \\\n  \
         -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}
