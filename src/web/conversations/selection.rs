//! One verb on all the rows that are chosen.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::list::shown_name;
use super::must_answer;
use super::narrowed::Narrowed;
use crate::actions::bulk::{self, Outcome, Verb};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::id::ConversationId;
use crate::locale::Locale;
use crate::store::{StoreError, conversations};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{asked_for, html, refused};
use crate::web::session::Session;
use crate::web::shell::shell;
use crate::web::views::{ListTab, Nav, RefusedView, SelectedPage, SelectedView};
use crate::web::words;

/// `POST /conversations/selection`: `do` to every `conversation`.
///
/// `do` is a verb and, after a colon, what it needs: `assign:<user>`, `take`,
/// `unassign`, `hand:<team>`, `tag:<tag>`, `untag:<tag>`, `snooze:<RFC 3339>`, `close`.
pub async fn change(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    must_answer(&session)?;
    let t = session.locale();
    let verb = verb(fields.get("do"), &session).ok_or(WebError::BadRequest)?;
    let ids =
        fields.all("conversation").map(str::parse).collect::<Result<Vec<ConversationId>, _>>();
    let ids = ids.map_err(|_malformed| WebError::BadRequest)?;
    let outcomes = match bulk::run(&app, session.caller.clone(), ids, verb).await {
        Ok(outcomes) => outcomes,
        Err(ActionError::Invalid { field, problem }) => {
            return refused(&request, t, words::problem(t, field, problem));
        }
        Err(error) => return Err(error.into()),
    };
    let selected = view(&app, &session, outcomes, verb).await?;
    if asked_for(&request).is_some() {
        return html(&selected);
    }
    let list = Narrowed::of_form(&session, &fields).unwrap_or(Narrowed::to(ListTab::All));
    let shell = shell(&app, &session, Nav::Inbox).await?;
    html(&SelectedPage { shell, back: format!("/conversations{}", list.query()), selected })
}

fn verb(text: &str, session: &Session) -> Option<Verb> {
    let (word, what) = text.split_once(':').unwrap_or((text, ""));
    Some(match word {
        "take" => Verb::Assign(session.caller.user_id()),
        "assign" => Verb::Assign(Some(what.parse().ok()?)),
        "unassign" => Verb::Assign(None),
        "hand" => Verb::HandTo(what.parse().ok()?),
        "tag" => Verb::PutOn(what.parse().ok()?),
        "untag" => Verb::TakeOff(what.parse().ok()?),
        "snooze" => Verb::Snooze(chrono::DateTime::parse_from_rfc3339(what).ok()?.to_utc()),
        "close" => Verb::Close,
        _ => return None,
    })
}

async fn view(
    app: &App,
    session: &Session,
    outcomes: Vec<Outcome>,
    verb: Verb,
) -> Result<SelectedView, WebError> {
    let t = session.locale();
    let (refused, done): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|(_, outcome)| outcome.is_err());
    let ids: Vec<ConversationId> = refused.iter().map(|(id, _)| *id).collect();
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let names: HashMap<ConversationId, String> = app
        .store
        .read(move |db| {
            let found = conversations::find_all(db, &ids)?;
            let seen = found.into_iter().filter(|found| sight.sees(found.inbox_id));
            Ok::<_, StoreError>(seen.map(|found| (found.id, shown_name(&found, numbers))).collect())
        })
        .await?;
    let count = u32::try_from(done.len()).unwrap_or(u32::MAX);
    Ok(SelectedView {
        t,
        done: (count > 0).then(|| told(t, verb, count)),
        refused: refused
            .into_iter()
            .map(|(id, outcome)| RefusedView {
                conversation_id: id.to_string(),
                name: names.get(&id).cloned(),
                why: why(t, outcome),
            })
            .collect(),
    })
}

fn told(t: Locale, verb: Verb, count: u32) -> String {
    match verb {
        Verb::Assign(Some(_)) => t.selection_assigned(count),
        Verb::Assign(None) => t.selection_unassigned(count),
        Verb::HandTo(_) => t.selection_handed(count),
        Verb::PutOn(_) => t.selection_tagged(count),
        Verb::TakeOff(_) => t.selection_untagged(count),
        Verb::Close => t.selection_closed(count),
        Verb::Snooze(_) => t.selection_snoozed(count),
    }
}

fn why(t: Locale, outcome: Result<(), ActionError>) -> String {
    match outcome {
        Err(ActionError::Invalid { field, problem }) => words::problem(t, field, problem),
        Err(ActionError::Store(StoreError::NotFound)) => t.selection_not_found().to_owned(),
        _ => words::problem(t, "conversation", Problem::Unknown),
    }
}
