//! The organisation's tags, and what carries them.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, TagId};
use crate::domain::tag::TagColour;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::tags::{self, Tag};
use crate::store::{Tx, optional};

use super::set_up::check_name;
use super::{ActionError, Problem, access};

/// Characters of a name: what fits a row of the list.
const LONGEST: usize = 20;
/// More and nobody finds the right one.
const MOST: usize = 100;

/// A tag as it is to be; without an id a new one.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: Option<TagId>,
    pub name: String,
    pub colour: TagColour,
    pub position: i32,
}

/// Makes a tag, or changes one wherever it is.
///
/// # Errors
/// `Invalid` names `name`, `position` or, where there are too many, `tag`.
pub async fn save(app: &App, caller: Caller, wanted: Wanted) -> Result<TagId, ActionError> {
    access::must_administer(&caller)?;
    check_name("name", &wanted.name)?;
    if wanted.name.trim().chars().count() > LONGEST {
        return Err(ActionError::invalid("name", Problem::TooLong));
    }
    if !(0..=9_999).contains(&wanted.position) {
        return Err(ActionError::invalid("position", Problem::Malformed));
    }
    app.store
        .write(move |tx| {
            let name = wanted.name.trim().to_owned();
            let all = tags::all(tx)?;
            if all.iter().any(|tag| tag.name == name && Some(tag.id) != wanted.id) {
                return Err(ActionError::invalid("name", Problem::Taken));
            }
            let (colour, position, now) = (wanted.colour, wanted.position, tx.now);
            let (id, action) = match wanted.id {
                Some(id) => {
                    let before = tags::find(tx, id)?;
                    tags::update(tx, &Tag { name, colour, position, ..before })?;
                    (id, "tag.change")
                }
                None => {
                    if all.len() >= MOST {
                        return Err(ActionError::invalid("name", Problem::TooMany));
                    }
                    let id = fresh_id();
                    let tag = Tag { id, name, colour, position, retired_at: None };
                    tags::insert(tx, &tag, now)?;
                    (id, "tag.add")
                }
            };
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, action, Object::new("tag", id.0));
            Ok(id)
        })
        .await
}

/// No longer offers a tag, or offers it again. Where it was put it stays.
pub async fn retire(
    app: &App,
    caller: Caller,
    id: TagId,
    retired: bool,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let before = tags::find(tx, id)?;
            if before.retired_at.is_some() == retired {
                return Ok(());
            }
            let retired_at = retired.then_some(tx.now);
            tags::update(tx, &Tag { retired_at, ..before })?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let action = if retired { "tag.retire" } else { "tag.restore" };
            tx.audit(&caller.actor, action, Object::new("tag", id.0));
            Ok(())
        })
        .await
}

/// Puts a tag on a conversation; one that is there already stays.
///
/// # Errors
/// `Invalid { field: "tag" }` for a tag that is not offered.
pub async fn put_on(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    tag: TagId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let tag = optional(tags::find(tx, tag))?.filter(|tag| tag.retired_at.is_none());
            let tag = tag.ok_or(ActionError::invalid("tag", Problem::Unknown))?;
            let now = tx.now;
            if tags::put_on(tx, conversation, tag.id, caller.user_id(), now)? {
                tell(tx, &caller, &found, "conversation.tag", tag.id);
            }
            Ok(found)
        })
        .await
}

/// Takes a tag off a conversation, if it is there.
pub async fn take_off(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    tag: TagId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            if tags::take_off(tx, conversation, tag)? {
                tell(tx, &caller, &found, "conversation.untag", tag);
            }
            Ok(found)
        })
        .await
}

fn tell(tx: &mut Tx, caller: &Caller, found: &Conversation, action: &'static str, tag: TagId) {
    let updated = EventKind::ConversationUpdated;
    tx.event(NewEvent::conversation(updated, found.inbox_id, found.id));
    let object = Object::new("conversation", found.id.0);
    tx.audit_with(&caller.actor, action, object, tag.to_string());
}
