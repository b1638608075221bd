//! What every outbound text goes through before it is queued.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::clock::fresh_id;
use crate::domain::content_guard::{self, Finding, FindingKind};
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, MessageId, SenderId, UserId};
use crate::domain::merge_field;
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::opt_out::{self, OptOutScope};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::segment::{LengthProfile, Measure, normalise_body};
use crate::domain::short_link::place;
use crate::domain::user::Caller;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::contacts::Contact;
use crate::store::conversations::Conversation;
use crate::store::messages::Message;
use crate::store::reads::Marker;
use crate::store::senders::Sender;
use crate::store::{
    Db, Tx, consents, contacts, conversations, inboxes, messages, optional, outbox,
    provider_accounts, reads, senders,
};

use super::{ActionError, Problem, ask_help, reply_forms};

/// What a caller asks to send.
#[derive(Clone, Debug)]
pub struct Draft {
    pub body: String,
    pub purpose: Purpose,
    pub client_message_id: Option<Uuid>,
    pub sender: Option<SenderId>,
    pub send_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Taken back when the contact writes before it leaves.
    pub until_reply: bool,
    /// A rule's answer, which nobody wrote.
    pub automatic: bool,
    /// Whether the inbox's undo window applies: for people, never for machines.
    pub may_be_undone: bool,
    /// A person was shown digits that may be a secret, and says that they are
    /// none; a program has nobody to ask.
    pub despite_doubt: bool,
}

/// A text that may be sent, with its length.
pub struct Checked {
    pub body: String,
    pub measure: Measure,
    /// What it seems to hold, and is sent all the same.
    pub despite: Option<FindingKind>,
}

/// Whether `body` can be sent at all.
pub fn check_body(
    body: &str,
    profile: LengthProfile,
    despite_doubt: bool,
) -> Result<Checked, ActionError> {
    let refuse = |problem| Err(ActionError::invalid("body", problem));
    let body = normalise_body(body);
    if body.trim().is_empty() {
        return refuse(Problem::Missing);
    }
    let has_place = reply_forms::has_place(&body) || !place::places(&body).is_empty();
    if merge_field::unfilled(&body).is_some() || has_place {
        return refuse(Problem::Unfilled);
    }
    let finding = content_guard::inspect(&body);
    match finding {
        Some(Finding { kind, certain: true }) => return refuse(Problem::Secret(kind)),
        Some(Finding { kind, .. }) if !despite_doubt => return refuse(Problem::Doubtful(kind)),
        _ => {}
    }
    let measure = profile.measure(&body);
    if measure.too_long() {
        return refuse(Problem::TooLong);
    }
    Ok(Checked { body, measure, despite: finding.map(|finding| finding.kind) })
}

/// Whether texts of this purpose may go to `contact`.
pub fn check_recipient(
    tx: &mut Tx,
    contact: &Contact,
    purpose: Purpose,
) -> Result<(), ActionError> {
    match contact.opted_out {
        // Of another purpose it could be sent.
        Some(OptOutScope::Advertising) if purpose == Purpose::Advertising => {
            return Err(ActionError::invalid("purpose", Problem::NoAdvertising));
        }
        Some(scope) if opt_out::blocks(scope, purpose) => {
            return Err(ActionError::invalid("to", Problem::OptedOut));
        }
        _ => {}
    }
    if consents::is_lacking(tx, contact.person, purpose)? {
        return Err(ActionError::invalid("purpose", Problem::NoConsent));
    }
    let number = PhoneNumber::from_e164(&contact.address)
        .ok_or(ActionError::invalid("to", Problem::NotAPhoneNumber))?;
    number.sms_destination().map_err(|why| ActionError::invalid("to", Problem::CannotReceive(why)))
}

/// The sender to use: the one asked for, else the one the contact last wrote to
/// or heard from, else the inbox's first.
pub fn choose_sender(
    db: &mut Db,
    conversation: &Conversation,
    asked_for: Option<SenderId>,
) -> Result<Sender, ActionError> {
    let ours = senders::of_inbox(db, conversation.inbox_id)?;
    if let Some(id) = asked_for {
        let found = ours.into_iter().find(|sender| sender.id == id);
        return found.ok_or(ActionError::invalid("sender", Problem::Unknown));
    }
    let last = optional(messages::find(db, conversation.last_message_id))?;
    let last = last.and_then(|message| message.sender_id);
    let chosen = ours.iter().find(|sender| Some(sender.id) == last).or(ours.first());
    chosen.cloned().ok_or(ActionError::invalid("sender", Problem::NoSender))
}

/// Writes a checked text into its conversation and the outbox.
pub fn queue(
    tx: &mut Tx,
    caller: &Caller,
    conversation: &Conversation,
    draft: &Draft,
    checked: &Checked,
    sender: &Sender,
) -> Result<Message, ActionError> {
    let now = tx.now;
    let undo = if draft.may_be_undone {
        inboxes::find(tx, conversation.inbox_id)?.undo_seconds
    } else {
        0
    };
    let undo_until = (undo > 0).then(|| now + TimeDelta::seconds(undo.into()));
    let not_before = draft.send_at.filter(|at| *at > now).max(undo_until);
    let state = if not_before.is_some() { OutboundState::DraftHeld } else { OutboundState::Queued };
    let message = Message {
        id: fresh_id(),
        conversation_id: conversation.id,
        direction: Direction::Outbound,
        kind: MessageKind::Sms,
        purpose: draft.purpose,
        body: checked.body.clone(),
        our_address: Some(sender.address.clone()),
        address_id: Some(conversation.contact.address_id),
        sender_id: Some(sender.id),
        author_id: caller.user_id(),
        provider_account_id: Some(sender.provider_account_id),
        provider_ref: None,
        client_message_id: draft.client_message_id,
        state: Some(state),
        reason: None,
        encoding: checked.measure.encoding,
        segments: checked.measure.segments(),
        not_before,
        expires_at: draft.expires_at,
        until_reply: draft.until_reply,
        automatic: draft.automatic,
        mailed: None,
        created_at: now,
        sent_at: None,
        delivered_at: None,
    };
    ask_help::arrive(tx, conversation.id, caller.user_id())?;
    let key = contacts::key(tx, conversation.contact.id)?;
    if !messages::insert_unless_seen(tx, &message, &key)? {
        return Err(ActionError::invalid("client_message_id", Problem::Taken));
    }
    outbox::insert(tx, message.id, sender.id, not_before.unwrap_or(now))?;
    let status = match caller.user_id() {
        Some(user) => answered(tx, conversation, user)?,
        None => conversation.status,
    };
    conversations::touch(tx, conversation.id, &status, &message, &key)?;
    if let Some(user) = caller.user_id() {
        // Who answers has read what they answer.
        let marker = Marker { at: now, inbound: conversation.inbound_texts };
        reads::advance(tx, user, conversation.id, marker)?;
    }
    announce(tx, conversation, message.id);
    let despite = checked.despite.map(|kind| format!("despite {}", kind.word()));
    let object = Object::new("message", message.id.0);
    tx.audit_with(&caller.actor, "message.send", object, despite.unwrap_or_default());
    Ok(message)
}

/// A person's answer ends the wait, and takes a closed conversation up again.
fn answered(
    tx: &mut Tx,
    conversation: &Conversation,
    user: UserId,
) -> Result<crate::domain::conversation::Conversation, ActionError> {
    use crate::domain::conversation::ConversationState;

    let now = tx.now;
    let mut status = conversation.status;
    if status.state == ConversationState::Closed {
        conversations::open_case(tx, conversation.id, now)?;
        status = status.reopen();
        status.assignee = None;
    }
    Ok(status.answered(user))
}

fn announce(tx: &mut Tx, conversation: &Conversation, message: MessageId) {
    let (kind, inbox) = (EventKind::MessageCreated, conversation.inbox_id);
    tx.event(NewEvent::conversation(kind, inbox, conversation.id).about(message));
}

/// The length rules of a sender's route: its provider's.
pub fn profile_of(
    db: &mut Db,
    providers: &Registry,
    sender: &Sender,
) -> Result<LengthProfile, ActionError> {
    let kind = provider_accounts::kind_of(db, sender.provider_account_id)?;
    Ok(providers.get(&kind).map_or(LengthProfile::STANDARD, |provider| provider.length_profile()))
}

/// Texts of others in the conversation that the caller had not seen.
pub fn moved_on(
    tx: &mut Tx,
    caller: &Caller,
    conversation: ConversationId,
    seen_seq: i64,
) -> Result<Vec<MessageId>, ActionError> {
    let mut news = messages::texts_after_event(tx, conversation, seen_seq)?;
    let with_us = tx.created_in(conversation);
    news.extend(messages::find_all(tx, &with_us)?);
    let author = caller.user_id();
    Ok(news
        .into_iter()
        .filter(|message| message.kind == MessageKind::Sms)
        .filter(|message| message.author_id.is_none() || message.author_id != author)
        .map(|message| message.id)
        .collect())
}
