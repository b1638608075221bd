//! A text from a handset arrives.
//!
//! Returns once it is on disk, exactly once however often the provider delivers
//! it. An unknown number is a new contact, a closed conversation opens again.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::conversation::{Conversation as Status, ConversationState, Reopened};
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, InboxId, MessageId, ProviderAccountId};
use crate::domain::inbound::InboundMessage;
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::opt_out::{OptOutScope, OptOutSignal, OptOutSource, recognise};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::segment::{LengthProfile, normalise_body};
use crate::domain::sender::SenderAddress;
use crate::domain::system_line::SystemLine;
use crate::domain::user::Actor;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::contacts::Contact;
use crate::store::conversations::{Conversation, NewConversation};
use crate::store::messages::{Message, Progress};
use crate::store::senders::Sender;
use crate::store::{StoreError, Tx, contacts, conversations, messages, opt_outs, outbox, senders};

use super::{ActionError, appointments, automatic_reply, hand_off, record_consent, timeline};

mod together;
use together::{Arrival, receive_together};

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    New(MessageId),
    /// It is there already.
    Again(MessageId),
}

/// Takes the texts of one webhook request, all or none.
///
/// # Errors
/// `Invalid { field: "to" }` if the account belongs to no inbox: the caller
/// keeps the request in quarantine then.
pub async fn run(
    app: &App,
    account: ProviderAccountId,
    texts: Vec<InboundMessage>,
) -> Result<Vec<Received>, ActionError> {
    let mut texts = texts;
    match texts.pop() {
        None => Ok(Vec::new()),
        // The common case: one text a request, many requests at a time.
        Some(text) if texts.is_empty() => {
            let arrival = Arrival { account, text, providers: app.providers.clone() };
            Ok(vec![app.store.write_together(arrival, receive_together).await?])
        }
        Some(last) => {
            texts.push(last);
            let providers = app.providers.clone();
            app.store
                .write_vital(move |tx| {
                    let received = texts.iter().map(|text| receive(tx, account, text));
                    let received = received.collect::<Result<Vec<Received>, ActionError>>()?;
                    respond(tx, &providers, &stored(&texts, &received))?;
                    Ok(received)
                })
                .await
        }
    }
}

/// What henji itself says to texts that were stored just now: an answer that booked a time
/// needs no other.
pub(super) fn respond(
    tx: &mut Tx,
    providers: &Registry,
    texts: &[(&InboundMessage, MessageId)],
) -> Result<(), ActionError> {
    let understood = appointments::answer::heed(tx, providers, texts)?;
    let others: Vec<(&InboundMessage, MessageId)> =
        texts.iter().filter(|(_, id)| !understood.contains(id)).copied().collect();
    automatic_reply::answer(tx, providers, &others)
}

/// The texts that are new, by their ids.
fn stored<'a>(
    texts: impl IntoIterator<Item = &'a InboundMessage>,
    received: &[Received],
) -> Vec<(&'a InboundMessage, MessageId)> {
    let pairs = texts.into_iter().zip(received);
    pairs
        .filter_map(|(text, received)| match received {
            Received::New(id) => Some((text, *id)),
            Received::Again(_) => None,
        })
        .collect()
}

pub(super) fn receive(
    tx: &mut Tx,
    account: ProviderAccountId,
    text: &InboundMessage,
) -> Result<Received, ActionError> {
    if let Some(known) = messages::find_by_provider_ref(tx, account, &text.provider_ref)? {
        return Ok(Received::Again(known));
    }
    let sender = addressed_sender(tx, account, &text.to)?;
    let now = tx.now;
    let contact = contacts::find_or_insert(tx, &normalised(&text.from), now)?;
    let id: MessageId = fresh_id();
    let conversation = join_or_start(tx, &sender, &contact, id)?;
    let message = inbound_message(tx, id, conversation.id, &sender, &contact, text);
    let key = contacts::key(tx, contact.id)?;
    if !messages::insert_unless_seen(tx, &message, &key)? {
        // Another node stored it between our look and our insert.
        let known = messages::find_by_provider_ref(tx, account, &text.provider_ref)?;
        return known.map(Received::Again).ok_or(StoreError::NotFound.into());
    }
    let signal = signal_of(text);
    let (status, Reopened(reopened)) = match signal {
        Some(OptOutSignal::Stop) => (conversation.status.receive_stop(), Reopened(false)),
        _ => conversation.status.receive_inbound(tx.now),
    };
    if reopened {
        conversations::open_case(tx, conversation.id, now)?;
        let reopening = SystemLine::Reopened;
        timeline::say(tx, conversation.inbox_id, conversation.id, None, reopening)?;
        hand_off::route(tx, &conversation)?;
    }
    withdraw(tx, &[(conversation.id, conversation.inbox_id)])?;
    conversations::touch(tx, conversation.id, &status, &message, &key)?;
    let created = EventKind::MessageCreated;
    tx.event(NewEvent::conversation(created, conversation.inbox_id, conversation.id).about(id));
    if let Some(signal) = signal {
        heed_opt_out(tx, &conversation, &contact, signal, source_of(text))?;
    }
    let closes = status.state == ConversationState::Closed
        && conversation.status.state != ConversationState::Closed;
    if closes {
        close(tx, &conversation)?;
    }
    Ok(Received::New(id))
}

/// Takes back what was to leave only if the contact had not written first: in the
/// transaction that stores what they wrote, so that it cannot leave after it.
fn withdraw(tx: &mut Tx, written: &[(ConversationId, InboxId)]) -> Result<(), StoreError> {
    let ids: Vec<ConversationId> = written.iter().map(|(id, _)| *id).collect();
    for (message, conversation, state) in messages::until_reply(tx, &ids)? {
        let Some((_, inbox)) = written.iter().find(|(id, _)| *id == conversation) else { continue };
        let canceled = OutboundState::Canceled;
        if messages::advance(tx, message, state, canceled, Progress::default())? {
            outbox::delete(tx, message)?;
            let updated = NewEvent::conversation(EventKind::MessageUpdated, *inbox, conversation);
            tx.event(updated.about(message));
            timeline::say(tx, *inbox, conversation, None, SystemLine::Withdrawn)?;
            tx.audit(&Actor::system(), "message.cancel", Object::new("message", message.0));
        }
    }
    Ok(())
}

/// What the text asks for, if it is a word that acts at once: the provider's
/// reading of it before ours.
fn signal_of(text: &InboundMessage) -> Option<OptOutSignal> {
    text.opt_out.or_else(|| recognise(&text.body))
}

fn source_of(text: &InboundMessage) -> OptOutSource {
    if text.opt_out.is_some() { OptOutSource::Provider } else { OptOutSource::Keyword }
}

/// The sender the text was written to. A provider may use numbers of a pool we
/// were not told of: then it belongs to the account's first sender.
fn addressed_sender(
    tx: &mut Tx,
    account: ProviderAccountId,
    to: &str,
) -> Result<Sender, ActionError> {
    let ours = senders::of_account(tx, account)?;
    let addressed = ours.iter().find(|sender| is_same_address(&sender.address, to));
    let addressed = addressed.or(ours.first());
    addressed.cloned().ok_or(ActionError::invalid("to", super::Problem::Unknown))
}

/// Whether two writings are the same number of ours: `0120-123-456`, `0120123456`.
pub(super) fn is_same_address(one: &str, other: &str) -> bool {
    match (SenderAddress::parse(one), SenderAddress::parse(other)) {
        (Ok(one), Ok(other)) => one.key() == other.key(),
        _ => one == other,
    }
}

/// E.164 where the text came from a telephone, else what the provider wrote.
fn normalised(from: &str) -> String {
    match PhoneNumber::parse(from) {
        Ok(number) => number.as_str().to_owned(),
        Err(_) => from.trim().to_owned(),
    }
}

fn join_or_start(
    tx: &mut Tx,
    sender: &Sender,
    contact: &Contact,
    first_message: MessageId,
) -> Result<Conversation, StoreError> {
    if let Some(known) = conversations::find_of_contact(tx, sender.inbox_id, contact.id)? {
        return Ok(known);
    }
    let now = tx.now;
    let new = NewConversation {
        id: fresh_id::<ConversationId>(),
        inbox_id: sender.inbox_id,
        contact,
        status: Status::started_by_inbound(now),
        first_message,
        direction: Direction::Inbound,
    };
    conversations::insert(tx, &new, now)?;
    conversations::find_of_contact(tx, sender.inbox_id, contact.id)?.ok_or(StoreError::NotFound)
}

fn inbound_message(
    tx: &Tx,
    id: MessageId,
    conversation_id: ConversationId,
    sender: &Sender,
    contact: &Contact,
    text: &InboundMessage,
) -> Message {
    let body = normalise_body(&text.body);
    let measure = LengthProfile::STANDARD.measure(&body);
    Message {
        id,
        conversation_id,
        direction: Direction::Inbound,
        kind: MessageKind::Sms,
        purpose: Purpose::Conversation,
        body,
        our_address: Some(text.to.clone()),
        address_id: Some(contact.address_id),
        sender_id: Some(sender.id),
        author_id: None,
        provider_account_id: Some(sender.provider_account_id),
        provider_ref: Some(text.provider_ref.clone()),
        client_message_id: None,
        state: None,
        reason: None,
        encoding: measure.encoding,
        segments: measure.segments(),
        not_before: None,
        expires_at: None,
        until_reply: false,
        automatic: false,
        mailed: None,
        created_at: tx.now,
        sent_at: text.sent_at,
        delivered_at: None,
    }
}

/// A stop word acts at once, in the transaction that stores the text: nothing
/// queued leaves after it.
fn heed_opt_out(
    tx: &mut Tx,
    conversation: &Conversation,
    contact: &Contact,
    signal: OptOutSignal,
    source: OptOutSource,
) -> Result<(), StoreError> {
    let now = tx.now;
    let line = match signal {
        OptOutSignal::Stop => opt_outs::begin(tx, contact, OptOutScope::All, source, None, now)?
            .then_some(SystemLine::OptedOut),
        OptOutSignal::Start if opt_outs::end(tx, contact, now)? => {
            record_consent::resume(tx, contact)?;
            Some(SystemLine::OptedIn)
        }
        OptOutSignal::Start => None,
        OptOutSignal::Help => None,
    };
    if let Some(line) = line {
        timeline::say(tx, conversation.inbox_id, conversation.id, None, line)?;
        let action =
            if line == SystemLine::OptedOut { "contact.opt_out" } else { "contact.opt_in" };
        tx.audit(&Actor::system(), action, Object::new("contact", contact.id.0));
    }
    Ok(())
}

/// The text was a stop, and nobody's to look at any more.
fn close(tx: &mut Tx, conversation: &Conversation) -> Result<(), StoreError> {
    let (inbox, id, now) = (conversation.inbox_id, conversation.id, tx.now);
    conversations::close_case(tx, conversation.case_id, &conversation.status, None, now)?;
    timeline::say(tx, inbox, id, None, SystemLine::Closed)?;
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, inbox, id));
    tx.audit(&Actor::system(), "conversation.close", Object::new("conversation", id.0));
    Ok(())
}
