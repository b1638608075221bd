//! The handset's keypad: rings at a phone menu, and plays it key by key.
//!
//! It says what a provider's voice would say and does what its keys would do, with the
//! same script and the same verb. What the call is at stands in the form, so that the
//! page needs no scripts and the server no memory of it.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::phone::Phones;
use super::{WAIT, handset, handset_view, page};
use crate::actions::ActionError;
use crate::actions::phone_call::{self, Ring, Step};
use crate::app::App;
use crate::domain::handoff::Trunk;
use crate::domain::handoff::script::{NUMBER_DIGITS, Next, Turn};
use crate::domain::id::{HandoffFlowId, InboxId, ProviderAccountId};
use crate::domain::phone_number::{PhoneNumber, shown};
use crate::locale::Locale;
use crate::store::{StoreError, handoff_flows, provider_accounts, senders};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::views::{CallView, ChoiceView, LiveCallView, SaidView};

/// Numbers that get no texts, as a network gives them.
const WITHHELD: &str = "anonymous";
const LANDLINE: &str = "+81312345678";
/// Keys somebody presses before anything must happen.
const MOST_KEYS: usize = 32;
/// Lines that are said at once: a greeting in each language, and a menu.
const MOST_LINES: usize = 32;

/// A menu that sends nothing to a real telephone.
struct Menu {
    id: HandoffFlowId,
    name: String,
    called: Option<String>,
    account: ProviderAccountId,
}

/// The keypad before anybody rings.
pub async fn idle(app: &App, session: &Session, fields: &Fields) -> Result<CallView, WebError> {
    Ok(view(session.locale(), &menus(app, session).await?, fields, None))
}

/// `POST /sim/calls`: rings, or presses a key.
pub async fn call(
    app: web::Data<App>,
    session: Session,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let phones = Phones::of(&app, &session).await?;
    let menus = menus(&app, &session).await?;
    let number = match handset(t, fields.get("handset")) {
        Ok(number) => number,
        Err(error) => {
            let handset = phones.last_used(&app);
            let view = handset_view(&app, &session, &phones, &handset, "", Some(error)).await?;
            return page(&app, &session, &phones, view, &fields, None, None).await;
        }
    };
    let chosen = menus.iter().find(|menu| menu.id.to_string() == fields.get("flow"));
    let menu = chosen.ok_or(WebError::NotFound)?;
    let line = Line::read(&fields);
    if line.stage == Stage::Start {
        phone_call::note_trial(&app, session.caller.actor.clone(), menu.id).await?;
    }
    let mut committed = app.store.committed();
    let pressed = line.press(fields.get("key"));
    let texted = texted(&pressed, &number);
    let before = app.simulator.handset(&texted).len();
    let live = match pressed {
        Pressed::Waits(line) => live(&line, None),
        Pressed::HangsUp => None,
        Pressed::Does(step) => {
            let ring = Ring {
                trunk: Trunk::Account(menu.account),
                call: line.call.clone(),
                caller: line.caller_of(&number),
                flow: menu.id,
            };
            let turn = match phone_call::run(&app, ring, step).await {
                // The menu was changed while somebody was on the line.
                Err(ActionError::Invalid { .. }) => phone_call::sorry(),
                turn => turn?,
            };
            if turn.next == Next::HangUp && line.stage != Stage::Start {
                let arrived = async {
                    while app.simulator.handset(&texted).len() == before
                        && committed.changed().await.is_ok()
                    {}
                };
                // Late is fine too: it is there when the page is next looked at.
                let _late = tokio::time::timeout(WAIT, arrived).await;
            }
            live(&line, Some(&turn))
        }
    };
    let is_over = live.as_ref().is_none_or(|live| !live.waits);
    let shown = if is_over { texted } else { number };
    let handset = handset_view(&app, &session, &phones, &shown, "", None).await?;
    let call = view(t, &menus, &fields, live);
    page(&app, &session, &phones, handset, &Fields::default(), None, Some(call)).await
}

/// Those of inboxes that the user sees, and that send by the simulator alone.
async fn menus(app: &App, session: &Session) -> Result<Vec<Menu>, WebError> {
    let sight = session.caller.sight.clone();
    let found = app.store.read(move |db| {
        let simulated: HashSet<_> = provider_accounts::all(db)?
            .into_iter()
            .filter(|account| account.kind == "simulator")
            .map(|account| account.id)
            .collect();
        let mut accounts: HashMap<InboxId, Option<ProviderAccountId>> = HashMap::new();
        for sender in senders::all(db)? {
            let account = sender.provider_account_id;
            let is_simulated = simulated.contains(&account);
            let known = accounts.entry(sender.inbox_id).or_insert(Some(account));
            *known = known.filter(|_| is_simulated);
        }
        let menu = |flow: crate::domain::handoff::Flow| {
            let account = accounts.get(&flow.inbox).copied().flatten()?;
            let account = sight.sees(flow.inbox).then_some(account)?;
            Some(Menu { id: flow.id, name: flow.name, called: flow.called, account })
        };
        Ok::<_, StoreError>(handoff_flows::all(db)?.into_iter().filter_map(menu).collect())
    });
    Ok(found.await?)
}

/// A call under way, as its form says.
#[derive(Clone)]
struct Line {
    /// What the call is known by; the page gives it out when somebody rings.
    call: String,
    stage: Stage,
    attempt: u32,
    /// Keys that were pressed and lead nowhere yet.
    typed: String,
    longest: usize,
    takes_hash: bool,
    /// `own`, `withheld` or `landline`.
    shows: String,
    /// What was said last.
    said: Vec<SaidView>,
}

#[derive(Clone, PartialEq, Eq)]
enum Stage {
    Start,
    Menu,
    Number { digit: String },
}

/// What comes of a key.
enum Pressed {
    Does(Step),
    /// More keys are to come.
    Waits(Line),
    HangsUp,
}

impl Line {
    fn read(fields: &Fields) -> Self {
        let call = fields.get("call").parse::<Uuid>().ok();
        let stage = match (fields.get("stage"), call) {
            ("menu", Some(_)) => Stage::Menu,
            ("number", Some(_)) => Stage::Number { digit: fields.get("digit").to_owned() },
            _ => Stage::Start,
        };
        let typed = fields.get("typed").chars().filter(|key| is_key(*key)).take(MOST_KEYS);
        Self {
            call: call.unwrap_or_else(Uuid::now_v7).to_string(),
            stage,
            attempt: fields.get("attempt").parse().unwrap_or(1),
            typed: typed.collect(),
            longest: fields.get("longest").parse().unwrap_or(1),
            takes_hash: fields.get("takes_hash") == "true",
            shows: fields.get("shows").to_owned(),
            said: fields.all("said").filter_map(said).take(MOST_LINES).collect(),
        }
    }

    /// As a voice would hear it: so many keys, or # that ends them, or a while without
    /// any.
    fn press(&self, key: &str) -> Pressed {
        let mut line = self.clone();
        let is_end = match key {
            "hang_up" => return Pressed::HangsUp,
            "" => true,
            "#" if !self.takes_hash => true,
            key => {
                line.typed.extend(key.chars().filter(|key| is_key(*key)).take(1));
                line.typed.len() >= line.longest
            }
        };
        let keys = line.typed.clone();
        match &self.stage {
            Stage::Start => Pressed::Does(Step::Start),
            _ if !is_end => Pressed::Waits(line),
            Stage::Menu => Pressed::Does(Step::Keys { keys, attempt: self.attempt }),
            Stage::Number { digit } => {
                let digit = digit.clone();
                Pressed::Does(Step::Number { digit, keys, attempt: self.attempt })
            }
        }
    }

    fn caller_of(&self, handset: &str) -> String {
        match self.shows.as_str() {
            "withheld" => WITHHELD.to_owned(),
            "landline" => LANDLINE.to_owned(),
            _ => handset.to_owned(),
        }
    }
}

/// The handset that a text after these keys arrives at.
fn texted(pressed: &Pressed, handset: &str) -> String {
    let typed = match pressed {
        Pressed::Does(Step::Number { keys, .. }) => PhoneNumber::parse(keys).ok(),
        _ => None,
    };
    let typed = typed.filter(|number| number.sms_destination().is_ok());
    typed.map_or_else(|| handset.to_owned(), |number| number.as_str().to_owned())
}

/// A line as the form holds it: its language, and the words.
fn said(line: &str) -> Option<SaidView> {
    let (language, text) = line.split_once(' ')?;
    let language = Locale::from_tag(language)?.tag().to_owned();
    Some(SaidView { language, text: text.to_owned() })
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || key == '*' || key == '#'
}

/// What the page shows of a call: what was said last, and what is waited for.
fn live(line: &Line, turn: Option<&Turn>) -> Option<LiveCallView> {
    let mut live = LiveCallView {
        id: line.call.clone(),
        stage: "menu".to_owned(),
        digit: String::new(),
        attempt: line.attempt,
        typed: line.typed.clone(),
        longest: line.longest,
        takes_hash: line.takes_hash,
        said: line.said.clone(),
        operator: None,
        waits: true,
    };
    if let Stage::Number { digit } = &line.stage {
        (live.stage, live.digit) = ("number".to_owned(), digit.clone());
    }
    let Some(turn) = turn else { return Some(live) };
    live.typed.clear();
    let said = turn.lines.iter();
    live.said = said
        .map(|line| SaidView { language: line.language.clone(), text: line.text.clone() })
        .collect();
    match &turn.next {
        Next::Key { longest, takes_hash, attempt } => {
            live.stage = "menu".to_owned();
            (live.longest, live.takes_hash, live.attempt) = (*longest, *takes_hash, *attempt);
        }
        Next::Number { digit, attempt } => {
            (live.stage, live.digit, live.attempt) = ("number".to_owned(), digit.clone(), *attempt);
            (live.longest, live.takes_hash) = (*NUMBER_DIGITS.end(), false);
        }
        Next::Connect { operator } => {
            live.operator = Some(shown(operator));
            live.waits = false;
        }
        Next::HangUp => live.waits = false,
    }
    Some(live)
}

fn view(t: Locale, menus: &[Menu], fields: &Fields, live: Option<LiveCallView>) -> CallView {
    let menu = |menu: &Menu| {
        let value = menu.id.to_string();
        let label = match &menu.called {
            Some(called) => format!("{} ({called})", menu.name),
            None => menu.name.clone(),
        };
        ChoiceView { chosen: fields.get("flow") == value, value, label }
    };
    let shows = [
        ("own", t.keypad_own()),
        ("withheld", t.keypad_withheld()),
        ("landline", t.keypad_landline()),
    ];
    let shows = shows.map(|(value, label)| ChoiceView {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: fields.get("shows") == value,
    });
    CallView { menus: menus.iter().map(menu).collect(), shows: shows.into(), live }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(stage: &str, typed: &str, longest: &str) -> Line {
        Line::read(&Fields::of(&[
            ("call", "019a5b7a-0000-7000-8000-000000000001"),
            ("stage", stage),
            ("digit", "2"),
            ("attempt", "1"),
            ("typed", typed),
            ("longest", longest),
        ]))
    }

    #[test]
    fn keys_lead_on_when_there_are_enough_or_hash_or_silence() {
        let does = |line: &Line, key| match line.press(key) {
            Pressed::Does(Step::Keys { keys, .. } | Step::Number { keys, .. }) => Some(keys),
            _ => None,
        };
        assert_eq!(does(&line("menu", "", "1"), "2").as_deref(), Some("2"));
        assert_eq!(does(&line("menu", "", "1"), "").as_deref(), Some(""), "nothing was pressed");
        assert_eq!(does(&line("menu", "", "2"), "2"), None, "another may follow");
        assert_eq!(does(&line("menu", "2", "2"), "#").as_deref(), Some("2"));
        let number = line("number", "0901234567", "11");
        assert_eq!(does(&number, "8").as_deref(), Some("09012345678"));
        assert_eq!(does(&number, "#").as_deref(), Some("0901234567"));
        assert!(matches!(number.press("hang_up"), Pressed::HangsUp));
        assert!(matches!(line("", "", "").press(""), Pressed::Does(Step::Start)));
        let hash = Line { takes_hash: true, ..line("menu", "", "1") };
        assert_eq!(does(&hash, "#").as_deref(), Some("#"));
    }

    #[test]
    fn a_typed_number_is_where_the_text_arrives() {
        let own = "+819012345678";
        let after = |line: &Line, key| texted(&line.press(key), own);
        assert_eq!(after(&line("number", "0801111222", "11"), "2"), "+818011112222");
        assert_eq!(after(&line("number", "08011112222", "11"), "#"), "+818011112222");
        assert_eq!(after(&line("number", "0312345678", "11"), "#"), own);
        assert_eq!(after(&line("menu", "", "1"), "2"), own);
    }
}
