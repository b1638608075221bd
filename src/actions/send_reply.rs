//! An agent, or a program, answers in a conversation.
//!
//! Nobody answers twice: the same client id gives the same message again, and a
//! caller who has not seen what others wrote meanwhile is told first.

use crate::app::App;
use crate::config::PublicUrl;
use crate::domain::id::ConversationId;
use crate::domain::user::Caller;
use crate::providers::registry::Registry;
use crate::store::Tx;
use crate::store::messages::{self, Message};

use super::outgoing::{self, Draft};
use super::{ActionError, access, close, link_places, save_draft};

/// The message, and whether it was there already.
#[derive(Clone, Debug)]
pub struct Sent {
    pub message: Message,
    pub repeated: bool,
}

/// What the caller knew of the conversation when they pressed send.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// Everything up to this event; later texts of others stop the reply.
    UpTo(i64),
    /// They are a program, which looks at nothing.
    Anyway,
}

pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    draft: Draft,
    seen: Seen,
) -> Result<Sent, ActionError> {
    answer(app, caller, conversation, draft, seen, false).await
}

/// The answer, and with it the conversation is done with: both or neither. Asked for
/// again, it does not close what has been taken up since.
pub async fn and_close(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    draft: Draft,
    seen: Seen,
) -> Result<Sent, ActionError> {
    answer(app, caller, conversation, draft, seen, true).await
}

async fn answer(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    draft: Draft,
    seen: Seen,
    closes: bool,
) -> Result<Sent, ActionError> {
    let (providers, links) = (app.providers.clone(), app.config.web.links().clone());
    app.store
        .write(move |tx| {
            let sent = write(tx, (&providers, Some(&links)), &caller, conversation, &draft, seen)?;
            if closes && !sent.repeated {
                close::write(tx, &caller, conversation)?;
            }
            Ok(sent)
        })
        .await
}

/// [`run`] as a part of something larger. Where forms and links get no address, a text
/// that wants one is refused.
pub(super) fn write(
    tx: &mut Tx,
    (providers, links): (&Registry, Option<&PublicUrl>),
    caller: &Caller,
    conversation: ConversationId,
    draft: &Draft,
    seen: Seen,
) -> Result<Sent, ActionError> {
    let found = access::to_answer(tx, caller, conversation)?;
    if let Some(message) = repeated(tx, conversation, draft)? {
        return Ok(Sent { message, repeated: true });
    }
    if let Seen::UpTo(seq) = seen {
        let since = outgoing::moved_on(tx, caller, conversation, seq)?;
        if !since.is_empty() {
            return Err(ActionError::MovedOn { since });
        }
    }
    outgoing::check_recipient(tx, &found.contact, draft.purpose)?;
    let sender = outgoing::choose_sender(tx, &found, draft.sender)?;
    let profile = outgoing::profile_of(tx, providers, &sender)?;
    let filled = links.map(|links| link_places::fill(tx, links, &found, draft)).transpose()?;
    let body = filled.as_ref().map_or(&draft.body, |filled| &filled.body).clone();
    let draft = Draft { body, ..draft.clone() };
    let checked = outgoing::check_body(&draft.body, profile, draft.despite_doubt)?;
    let message = outgoing::queue(tx, caller, &found, &draft, &checked, &sender)?;
    if let Some(filled) = filled {
        filled.attach(tx, message.id)?;
    }
    if let Some(user) = caller.user_id() {
        save_draft::forget(tx, &found, user)?;
    }
    Ok(Sent { message, repeated: false })
}

/// The message this very request made before, if it did.
fn repeated(
    tx: &mut Tx,
    conversation: ConversationId,
    draft: &Draft,
) -> Result<Option<Message>, ActionError> {
    match draft.client_message_id {
        Some(id) => Ok(messages::find_by_client_id(tx, conversation, id)?),
        None => Ok(None),
    }
}
