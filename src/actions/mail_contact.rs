//! A text that did not arrive as an SMS reaches its contact as a mail.
//!
//! Because somebody says so, or by a rule of the inbox; once, whoever presses and however
//! many nodes look. What becomes of the mail stands beside the text.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{MailId, MessageId};
use crate::domain::mail::MailState;
use crate::domain::message::Purpose;
use crate::domain::opt_out;
use crate::domain::user::{Actor, Caller};
use crate::locale::Locale;
use crate::mail::{ContactLetter, Letterhead};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::mails::{self, NewMail};
use crate::store::messages::{self, Message};
use crate::store::{StoreError, Tx, automatic_replies, contact_fields, conversations, inboxes};

use super::{ActionError, Problem, access};

/// What failed longer ago is old news, and a person's to judge.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// Texts looked at for one time; the next look takes the rest.
const AT_ONCE: i64 = 200;

/// Sends the text of a message that did not arrive as a mail. Pressed twice it is sent once.
///
/// # Errors
/// `TooLate` where it may still arrive, `Invalid` names `to` for a contact who asked not to
/// be written to, `email` for one whose address is not known.
pub async fn run(app: &App, caller: Caller, message: MessageId) -> Result<Message, ActionError> {
    let head = app.letterhead.clone();
    app.store
        .write(move |tx| {
            let (found, message) = access::message_to_answer(tx, &caller, message)?;
            if message.mailed.is_none() {
                send(tx, &head, &caller.actor, &found, &message)?;
            }
            Ok(messages::find(tx, message.id)?)
        })
        .await
}

/// Does so for what failed lately in inboxes that do it by themselves; how many there were.
/// One that cannot be read keeps none of the others waiting.
pub async fn run_due(app: &App) -> Result<usize, ActionError> {
    let now = app.clock.now();
    let due = app.store.read(move |db| {
        let mut due = Vec::new();
        for (inbox, since) in automatic_replies::mailing(db)? {
            due.extend(mails::unmailed(db, inbox, since.max(now - FRESH), AT_ONCE)?);
        }
        Ok::<Vec<MessageId>, StoreError>(due)
    });
    let (mut sent, mut first_error) = (0, None);
    for id in due.await? {
        let head = app.letterhead.clone();
        let done = app.store.write(move |tx| {
            let message = messages::find(tx, id)?;
            let found = conversations::find(tx, message.conversation_id)?;
            // A code is of no use later, and what is advertised is a person's to repeat.
            let may = matches!(message.purpose, Purpose::Conversation | Purpose::Notice);
            if !may || message.mailed.is_some() {
                return Ok(false);
            }
            match send(tx, &head, &Actor::system(), &found, &message) {
                Ok(()) => Ok(true),
                Err(ActionError::Invalid { .. } | ActionError::TooLate) => Ok(false),
                Err(error) => Err(error),
            }
        });
        match done.await {
            Ok(done) => sent += usize::from(done),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    first_error.map_or(Ok(sent), Err)
}

fn send(
    tx: &mut Tx,
    head: &Letterhead,
    actor: &Actor,
    found: &Conversation,
    message: &Message,
) -> Result<(), ActionError> {
    if !message.state.is_some_and(|state| state.is_failure()) {
        return Err(ActionError::TooLate);
    }
    if found.contact.opted_out.is_some_and(|scope| opt_out::blocks(scope, message.purpose)) {
        return Err(ActionError::invalid("to", Problem::OptedOut));
    }
    let person = found.contact.person;
    let address = contact_fields::mail_addresses(tx, &[person])?.remove(&person);
    let address = address.ok_or(ActionError::invalid("email", Problem::Missing))?;
    let (id, now): (MailId, DateTime<Utc>) = (fresh_id(), tx.now);
    let inbox = inboxes::find(tx, found.inbox_id)?;
    let letter = ContactLetter {
        message: message.id,
        to: &address,
        locale: Locale::from_tag(&inbox.locale).unwrap_or_default(),
        inbox: &inbox.name,
        body: &message.body,
        is_automatic: actor.user_id().is_none(),
        now,
    };
    let written = letter
        .write(head)
        .map_err(|_no_address| ActionError::invalid("email", Problem::Malformed))?;
    // Whoever was first has it.
    if !mails::claim_text(tx, message.id)? {
        return Ok(());
    }
    let mail = NewMail { id, conversation: Some(found.id), to: address, message: written };
    mails::insert(tx, &mail, now)?;
    mails::bind(tx, id, message.id)?;
    announce(tx, found, message.id);
    tx.audit(actor, "message.mail", Object::new("message", message.id.0));
    Ok(())
}

/// What became of a mail stands beside the text it carries, if it carries one.
pub(super) fn tell(tx: &mut Tx, mail: MailId, state: MailState) -> Result<(), StoreError> {
    let Some(id) = mails::text_of(tx, mail)? else { return Ok(()) };
    if mails::tell_text(tx, id, state)? {
        let message = messages::find(tx, id)?;
        let found = conversations::find(tx, message.conversation_id)?;
        announce(tx, &found, id);
    }
    Ok(())
}

fn announce(tx: &mut Tx, found: &Conversation, message: MessageId) {
    let updated = EventKind::MessageUpdated;
    tx.event(NewEvent::conversation(updated, found.inbox_id, found.id).about(message));
}
