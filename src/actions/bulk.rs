//! One verb on many conversations: each is a transaction of its own, so that one
//! that cannot be done leaves the others done.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use crate::app::App;
use crate::domain::id::{ConversationId, TagId, TeamId, UserId};
use crate::domain::user::Caller;
use crate::store::StoreError;

use super::{ActionError, Problem, assign, close, snooze, tags};

/// Conversations at once: four pages of the list.
const MOST: usize = 200;

/// What is to be done with each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Assign(Option<UserId>),
    HandTo(TeamId),
    PutOn(TagId),
    TakeOff(TagId),
    Close,
    Snooze(DateTime<Utc>),
}

/// What became of one; what its caller may not see is not found.
pub type Outcome = (ConversationId, Result<(), ActionError>);

/// Does `verb` to each of `conversations`, which are named once each.
///
/// # Errors
/// `Invalid { field: "conversations" }` where none or too many are chosen, and what is
/// wrong with the house as a whole: a database that is away.
pub async fn run(
    app: &App,
    caller: Caller,
    mut conversations: Vec<ConversationId>,
    verb: Verb,
) -> Result<Vec<Outcome>, ActionError> {
    if !caller.role.may_answer() {
        return Err(ActionError::Forbidden);
    }
    conversations.sort_unstable();
    conversations.dedup();
    if conversations.is_empty() {
        return Err(ActionError::invalid("conversations", Problem::Missing));
    }
    if conversations.len() > MOST {
        return Err(ActionError::invalid("conversations", Problem::TooMany));
    }
    // All at once, so that the writer commits them together.
    let each = conversations.iter().map(|id| one(app, caller.clone(), *id, verb));
    let mut outcomes = Vec::new();
    for (id, outcome) in conversations.iter().zip(join_all(each).await) {
        match outcome {
            Err(ActionError::Store(error)) if !matches!(error, StoreError::NotFound) => {
                return Err(ActionError::Store(error));
            }
            outcome => outcomes.push((*id, outcome)),
        }
    }
    Ok(outcomes)
}

async fn one(app: &App, caller: Caller, id: ConversationId, verb: Verb) -> Result<(), ActionError> {
    match verb {
        Verb::Assign(user) => assign::run(app, caller, id, user).await,
        Verb::HandTo(team) => assign::to_team(app, caller, id, team, None).await,
        Verb::PutOn(tag) => tags::put_on(app, caller, id, tag).await,
        Verb::TakeOff(tag) => tags::take_off(app, caller, id, tag).await,
        Verb::Close => close::run(app, caller, id).await,
        Verb::Snooze(until) => snooze::run(app, caller, id, until).await,
    }
    .map(drop)
}
