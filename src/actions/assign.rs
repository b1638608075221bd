//! Somebody takes a conversation, is given it, or lets it go.

use crate::app::App;
use crate::domain::conversation::Conversation as Status;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, TeamId, UserId};
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::conversations::{self, Conversation};
use crate::store::{Tx, optional, teams, users};

use super::{ActionError, Problem, access, add_note, ask_help, timeline};

/// Gives the conversation to `user`, or to nobody. What nobody has goes on being its
/// team's work; let go once more, it is no team's either.
///
/// # Errors
/// `Invalid { field: "user_id" }` for somebody who cannot answer in its inbox.
pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    user: Option<UserId>,
) -> Result<Conversation, ActionError> {
    hand_over(app, caller, conversation, user, None).await
}

/// The same, with a note for whoever gets it, who finds it among their mentions
/// too: both or neither.
///
/// # Errors
/// `Invalid { field: "note" }` for a note that could not be written.
pub async fn hand_over(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    user: Option<UserId>,
    note: Option<String>,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            if user.is_some() && user != caller.user_id() && !caller.role.may_assign_others() {
                return Err(ActionError::Forbidden);
            }
            if user.is_none() && found.status.assignee.is_none() && found.team.is_some() {
                return leave_team(tx, &caller, &found);
            }
            let status = match user {
                Some(user) => {
                    must_answer_in(tx, user, &found)?;
                    found.status.assign(user)?
                }
                None => found.status.unassign()?,
            };
            ask_help::arrive(tx, found.id, user)?;
            let line = user.map_or(SystemLine::Unassigned, SystemLine::Assigned);
            let changed = change(tx, &caller, &found, status, "conversation.assign", line)?;
            if let Some(note) = &note {
                add_note::write(tx, &caller, &found, note, None, user.as_slice())
                    .map_err(of_note)?;
            }
            Ok(changed)
        })
        .await
}

/// Makes the conversation the work of a team, whoever of them takes it; with a note
/// for all of them, both or neither.
///
/// # Errors
/// `Invalid` names `team_id` where the inbox is not open to the team, `note` where it
/// could not be written.
pub async fn to_team(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    team: TeamId,
    note: Option<String>,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            if !caller.role.may_assign_others() {
                return Err(ActionError::Forbidden);
            }
            let team = optional(teams::find(tx, team))?
                .filter(|team| team.inboxes.contains(&found.inbox_id))
                .ok_or(ActionError::invalid("team_id", Problem::Unknown))?;
            let status = found.status.unassign()?;
            let line = SystemLine::Handed(team.id);
            let changed = give(tx, &caller, &found, status, Some(team.id), line)?;
            if let Some(note) = &note {
                let here = users::seeing(tx, found.inbox_id)?.into_iter().map(|user| user.id);
                let called: Vec<_> = here.filter(|user| team.members.contains(user)).collect();
                add_note::write(tx, &caller, &found, note, None, &called).map_err(of_note)?;
            }
            Ok(changed)
        })
        .await
}

fn leave_team(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
) -> Result<Conversation, ActionError> {
    let status = found.status.unassign()?;
    give(tx, caller, found, status, None, SystemLine::LeftTeam)
}

/// [`change`], and whose work it is.
fn give(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
    status: Status,
    team: Option<TeamId>,
    line: SystemLine,
) -> Result<Conversation, ActionError> {
    if status == found.status && team == found.team {
        return Ok(found.clone());
    }
    conversations::set_status(tx, found.id, &status)?;
    conversations::set_team(tx, found.id, team)?;
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, found.inbox_id, found.id));
    tx.audit(&caller.actor, "conversation.hand", Object::new("conversation", found.id.0));
    Ok(Conversation { status, team, ..found.clone() })
}

/// Writes a changed status with its line, its event and its audit entry. A
/// status that is the same already is left alone.
pub(super) fn change(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
    status: Status,
    action: &'static str,
    line: SystemLine,
) -> Result<Conversation, ActionError> {
    if status == found.status {
        return Ok(found.clone());
    }
    conversations::set_status(tx, found.id, &status)?;
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, found.inbox_id, found.id));
    tx.audit(&caller.actor, action, Object::new("conversation", found.id.0));
    Ok(Conversation { status, ..found.clone() })
}

/// The field is called otherwise where a note is handed over with a conversation.
fn of_note(error: ActionError) -> ActionError {
    match error {
        ActionError::Invalid { problem, .. } => ActionError::invalid("note", problem),
        error => error,
    }
}

fn must_answer_in(tx: &mut Tx, user: UserId, found: &Conversation) -> Result<(), ActionError> {
    let unknown = || ActionError::invalid("user_id", Problem::Unknown);
    let user = optional(users::find(tx, user))?.ok_or_else(unknown)?;
    let inboxes = users::inboxes_of(tx, user.id)?;
    let may = user.disabled_at.is_none()
        && user.role.may_answer()
        && Sight::of(user.role, inboxes).sees(found.inbox_id);
    if may { Ok(()) } else { Err(unknown()) }
}
