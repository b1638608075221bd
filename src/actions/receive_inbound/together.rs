//! Texts that arrive together are stored together.
//!
//! The same outcome as one by one, with one statement per table instead of one
//! per text: on PostgreSQL, where each statement is a round trip, several times
//! as many texts a second. Texts that do more than arrive - stop words, texts
//! into closed conversations - go the ordinary way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{
    Received, addressed_sender, inbound_message, normalised, receive, respond, signal_of, stored,
    withdraw,
};
use crate::actions::ActionError;
use crate::clock::fresh_id;
use crate::domain::conversation::{Conversation as Status, ConversationState};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ContactId, ConversationId, InboxId, MessageId, ProviderAccountId};
use crate::domain::inbound::InboundMessage;
use crate::domain::message::Direction;
use crate::providers::registry::Registry;
use crate::store::contacts::{self, Contact};
use crate::store::conversations::{self, NewConversation, Touched};
use crate::store::messages::{self, Message};
use crate::store::seal::Key;
use crate::store::senders::Sender;
use crate::store::{StoreError, Tx};

/// A text and the account it came through.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub account: ProviderAccountId,
    pub text: InboundMessage,
    /// Whose lengths an automatic reply keeps to.
    pub providers: Registry,
}

/// A conversation while the texts of one batch are put into it.
struct Open {
    id: ConversationId,
    inbox: InboxId,
    status: Status,
    was: Status,
    last: Option<usize>,
    texts: i32,
}

pub fn receive_together(tx: &mut Tx, arrivals: &[Arrival]) -> Result<Vec<Received>, ActionError> {
    let received = receive_all(tx, arrivals)?;
    if let Some(first) = arrivals.first() {
        let texts = stored(arrivals.iter().map(|one| &one.text), &received);
        respond(tx, &first.providers, &texts)?;
    }
    Ok(received)
}

fn receive_all(tx: &mut Tx, arrivals: &[Arrival]) -> Result<Vec<Received>, ActionError> {
    if let [only] = arrivals {
        return Ok(vec![receive(tx, only.account, &only.text)?]);
    }
    let mut received: Vec<Option<Received>> = vec![None; arrivals.len()];
    let accounts: HashSet<ProviderAccountId> = arrivals.iter().map(|one| one.account).collect();
    for account in accounts {
        receive_of_account(tx, account, arrivals, &mut received)?;
    }
    // What is left does more than arrive.
    received
        .into_iter()
        .zip(arrivals)
        .map(|(done, one)| match done {
            Some(done) => Ok(done),
            None => receive(tx, one.account, &one.text),
        })
        .collect()
}

fn receive_of_account(
    tx: &mut Tx,
    account: ProviderAccountId,
    arrivals: &[Arrival],
    received: &mut [Option<Received>],
) -> Result<(), ActionError> {
    let mut plain = Vec::new();
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let refs: Vec<&str> =
        of(arrivals, account).map(|(_, text)| text.provider_ref.as_str()).collect();
    let known = messages::known_refs(tx, account, &refs)?;
    // What somebody writes after a stop word must not be stored before it.
    let mut signalled: HashSet<&str> = HashSet::new();
    for (at, text) in of(arrivals, account) {
        if let Some(id) = known.get(&text.provider_ref) {
            received[at] = Some(Received::Again(*id));
        } else if signal_of(text).is_some() {
            signalled.insert(&text.from);
        } else if !signalled.contains(text.from.as_str())
            && !first_of.contains_key(text.provider_ref.as_str())
        {
            first_of.insert(&text.provider_ref, at);
            plain.push((at, text));
        }
    }
    let mut by_inbox: HashMap<InboxId, Vec<(usize, &InboundMessage, Sender)>> = HashMap::new();
    let mut senders: HashMap<&str, Sender> = HashMap::new();
    for (at, text) in plain {
        let sender = match senders.get(text.to.as_str()) {
            Some(known) => known.clone(),
            None => addressed_sender(tx, account, &text.to)?,
        };
        senders.insert(&text.to, sender.clone());
        by_inbox.entry(sender.inbox_id).or_default().push((at, text, sender));
    }
    for (inbox, texts) in by_inbox {
        receive_into(tx, inbox, &texts, received)?;
    }
    Ok(())
}

fn receive_into(
    tx: &mut Tx,
    inbox: InboxId,
    texts: &[(usize, &InboundMessage, Sender)],
    received: &mut [Option<Received>],
) -> Result<(), ActionError> {
    let now = tx.now;
    let mut numbers: Vec<String> =
        texts.iter().map(|(_, text, _)| normalised(&text.from)).collect();
    let of_text = numbers.clone();
    numbers.sort();
    numbers.dedup();
    let contacts = contacts::find_or_insert_all(tx, &numbers, now)?;
    let mut open = open_conversations(tx, inbox, &contacts)?;
    let mut new: Vec<(Message, Arc<Key>)> = Vec::with_capacity(texts.len());
    for ((at, text, sender), number) in texts.iter().zip(&of_text) {
        let contact = contacts.get(number).ok_or(StoreError::NotFound)?;
        // Closed: it must be opened again, which is more than arriving.
        let Some(conversation) = open.get_mut(&contact.id) else { continue };
        let id: MessageId = fresh_id();
        let message = inbound_message(tx, id, conversation.id, sender, contact, text);
        (conversation.status, _) = conversation.status.receive_inbound(now);
        conversation.last = Some(new.len());
        conversation.texts += 1;
        let created = EventKind::MessageCreated;
        let event = NewEvent::conversation(created, conversation.inbox, conversation.id).about(id);
        tx.event(event);
        new.push((message, contacts::key(tx, contact.id)?));
        received[*at] = Some(Received::New(id));
    }
    if messages::insert_all(tx, &new)? < new.len() {
        // Another node stored one in the meantime: one by one finds out which.
        return Err(StoreError::NotFound.into());
    }
    let written: Vec<(ConversationId, InboxId)> = open
        .values()
        .filter(|conversation| conversation.last.is_some())
        .map(|conversation| (conversation.id, conversation.inbox))
        .collect();
    withdraw(tx, &written)?;
    let mut touched: Vec<Touched<'_>> = open
        .values()
        .filter_map(|conversation| {
            let (message, key) = &new[conversation.last?];
            Some(Touched {
                conversation: conversation.id,
                status: conversation.status,
                is_news: conversation.status != conversation.was,
                message,
                key,
                inbound_texts: conversation.texts,
            })
        })
        .collect();
    touched.sort_by_key(|one| one.conversation);
    Ok(conversations::touch_all(tx, &touched)?)
}

/// The contacts' conversations that are not closed, those started that were missing.
fn open_conversations(
    tx: &mut Tx,
    inbox: InboxId,
    contacts: &HashMap<String, Contact>,
) -> Result<HashMap<ContactId, Open>, StoreError> {
    let now = tx.now;
    let wanted: Vec<ContactId> = contacts.values().map(|contact| contact.id).collect();
    let found = conversations::of_contacts(tx, inbox, &wanted)?;
    let mut new = Vec::new();
    let mut open = HashMap::with_capacity(wanted.len());
    for contact in contacts.values() {
        match found.get(&contact.id) {
            Some(known) if known.status.state == ConversationState::Closed => {}
            Some(known) => {
                let (id, status) = (known.id, known.status);
                open.insert(
                    contact.id,
                    Open { id, inbox, status, was: status, last: None, texts: 0 },
                );
            }
            None => {
                let (id, status) = (fresh_id(), Status::started_by_inbound(now));
                new.push(NewConversation {
                    id,
                    inbox_id: inbox,
                    contact,
                    status,
                    first_message: fresh_id(),
                    direction: Direction::Inbound,
                });
                open.insert(
                    contact.id,
                    Open { id, inbox, status, was: status, last: None, texts: 0 },
                );
            }
        }
    }
    conversations::insert_all(tx, &new, now)?;
    Ok(open)
}

fn of(
    arrivals: &[Arrival],
    account: ProviderAccountId,
) -> impl Iterator<Item = (usize, &InboundMessage)> {
    let all = arrivals.iter().enumerate();
    all.filter(move |(_, one)| one.account == account).map(|(at, one)| (at, &one.text))
}
