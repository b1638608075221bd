//! An inbox answers a text by itself.
//!
//! Decided in the transaction that stores the text, so that each gets one answer at
//! most, on however many nodes and however often the provider delivers it. What was
//! filed late, or by hand out of quarantine, is a person's to answer.

use std::collections::HashMap;

use crate::app::App;
use crate::domain::automatic_reply::{Arrived, LATE, Occasion, Policy, Rule};
use crate::domain::contact_field::folded;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{InboxId, MessageId};
use crate::domain::inbound::InboundMessage;
use crate::domain::merge_field::{self, Called, MergeField};
use crate::domain::message::Purpose;
use crate::domain::opt_out::recognise;
use crate::domain::segment::normalise_body;
use crate::domain::user::{Actor, Caller};
use crate::locale::Locale;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::messages::Message;
use crate::store::{
    Tx, automatic_replies, calendars, contact_fields, conversations, inboxes, merge_values,
    messages, senders,
};

use super::outgoing::{self, Draft};
use super::{ActionError, Problem, access};

/// Characters of a rule's text, as of a template's.
const LONGEST_BODY: usize = 1_400;

/// Why a policy is not taken, and by which rule: the first is 0.
#[derive(Debug)]
pub struct Refusal {
    pub rule: Option<usize>,
    pub error: ActionError,
}

impl From<ActionError> for Refusal {
    fn from(error: ActionError) -> Self {
        Self { rule: None, error }
    }
}

/// Makes `policy` what the inbox answers by itself; the policy as it is kept.
///
/// # Errors
/// `Invalid` names `rules`, or `body`: a text of a rule may hold no place that nothing
/// can ever fill.
pub async fn set_policy(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    policy: Policy,
) -> Result<Policy, Refusal> {
    access::must_administer(&caller)?;
    policy.check().map_err(|_wrong| ActionError::invalid("rules", Problem::Malformed))?;
    let own = app.store.read(contact_fields::in_use).await.map_err(ActionError::from)?;
    let own: Vec<String> = own.iter().map(|field| folded(&field.name)).collect();
    let rules = policy.rules.into_iter().enumerate();
    let rules = rules
        .map(|(n, rule)| checked(rule, &own).map_err(|error| Refusal { rule: Some(n), error }));
    let policy = Policy { rules: rules.collect::<Result<_, _>>()?, ..policy };
    let kept = policy.clone();
    app.store
        .write(move |tx| {
            inboxes::find(tx, inbox)?;
            if automatic_replies::policy(tx, inbox)?.unwrap_or_default() == policy {
                return Ok(());
            }
            let now = tx.now;
            automatic_replies::set_policy(tx, inbox, &policy, now)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "inbox.automatic_replies", Object::new("inbox", inbox.0));
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(kept)
}

/// `own` are the house's own merge fields, folded.
fn checked(rule: Rule, own: &[String]) -> Result<Rule, ActionError> {
    let body = normalise_body(&rule.body).trim().to_owned();
    let is_own = |name: &str| own.iter().any(|own| own == name);
    let problem = match () {
        () if body.is_empty() => Some(Problem::Missing),
        () if body.chars().count() > LONGEST_BODY => Some(Problem::TooLong),
        () if merge_field::unknown(&body, is_own).is_some() => Some(Problem::UnknownField),
        () if names_a_writer(&body) => Some(Problem::UnknownField),
        () => None,
    };
    if let Some(problem) = problem {
        return Err(ActionError::invalid("body", problem));
    }
    let is_keyword = rule.occasion == Occasion::Keyword;
    let words = if is_keyword { rule.words } else { Vec::new() };
    let matching = if is_keyword { rule.matching } else { Default::default() };
    Ok(Rule { words, matching, body, ..rule })
}

/// Whether a text tells who writes it, which nobody does.
fn names_a_writer(body: &str) -> bool {
    let is_writer = |called: &Called| *called == Called::Known(MergeField::AgentName);
    merge_field::fill(body, |called| is_writer(called).then(|| "x".to_owned())) != body
}

/// Answers those of `texts` that were stored just now, as `MessageId`, and that a rule
/// of their inbox is about.
pub(super) fn answer(
    tx: &mut Tx,
    providers: &Registry,
    texts: &[(&InboundMessage, MessageId)],
) -> Result<(), ActionError> {
    let answering = automatic_replies::inboxes(tx)?;
    if answering.is_empty() || texts.is_empty() {
        return Ok(());
    }
    let ids: Vec<MessageId> = texts.iter().map(|(_, id)| *id).collect();
    let stored = messages::find_all(tx, &ids)?;
    let stored: HashMap<MessageId, Message> =
        stored.into_iter().map(|message| (message.id, message)).collect();
    for (text, id) in texts {
        let Some(message) = stored.get(id) else { continue };
        let now = tx.now;
        let is_late = text.sent_at.is_some_and(|sent| now - sent > LATE);
        if is_late || text.opt_out.is_some() || recognise(&text.body).is_some() {
            continue;
        }
        let found = conversations::find(tx, message.conversation_id)?;
        if !answering.contains(&found.inbox_id) {
            continue;
        }
        match answer_one(tx, providers, &found, message) {
            // What keeps an answer from leaving keeps no text from arriving.
            Err(ActionError::Invalid { field, problem }) => {
                tracing::warn!(field, %problem, "a text got no automatic reply");
            }
            done => done?,
        }
    }
    Ok(())
}

fn answer_one(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    message: &Message,
) -> Result<(), ActionError> {
    let Some(policy) = automatic_replies::policy(tx, found.inbox_id)? else { return Ok(()) };
    let now = tx.now;
    let inbox = inboxes::find(tx, found.inbox_id)?;
    let is_open = match inbox.calendar_id {
        Some(calendar) => calendars::find(tx, calendar)?.hours().is_open(now),
        None => true,
    };
    let asks_for_first = policy.rules.iter().any(|rule| rule.occasion == Occasion::FirstContact);
    let is_first = asks_for_first && automatic_replies::is_first(tx, found.id, message.id)?;
    let arrived = Arrived { text: &message.body, is_first, is_open };
    let mut fitting = policy.fitting(arrived).peekable();
    if fitting.peek().is_none() {
        return Ok(());
    }
    let before = automatic_replies::before(tx, found.id, policy.pause, now)?;
    if policy.speaks(&message.body, before, now).is_err() || is_ours(tx, found)? {
        return Ok(());
    }
    if outgoing::check_recipient(tx, &found.contact, Purpose::Conversation).is_err() {
        return Ok(());
    }
    let values = merge_values::read(tx, found, None)?;
    let in_japanese = Locale::from_tag(&inbox.locale).unwrap_or_default() == Locale::Ja;
    let sender = outgoing::choose_sender(tx, found, message.sender_id)?;
    let profile = outgoing::profile_of(tx, providers, &sender)?;
    for rule in fitting {
        let body = values.fill(&rule.body, in_japanese);
        // A rule whose places this contact leaves empty leaves the answer to the next.
        let Ok(checked) = outgoing::check_body(&body, profile, true) else { continue };
        let draft = Draft {
            body,
            purpose: Purpose::Conversation,
            client_message_id: None,
            sender: Some(sender.id),
            send_at: None,
            expires_at: None,
            until_reply: false,
            automatic: true,
            may_be_undone: false,
            despite_doubt: true,
        };
        let house = Caller::house(Actor::system());
        outgoing::queue(tx, &house, found, &draft, &checked, &sender)?;
        return Ok(());
    }
    Ok(())
}

/// Whether the contact is a number of our own: another inbox that may answer too.
fn is_ours(tx: &mut Tx, found: &Conversation) -> Result<bool, ActionError> {
    let address = &found.contact.address;
    let is_it = |ours: &str| super::receive_inbound::is_same_address(ours, address);
    Ok(senders::all(tx)?.iter().any(|sender| is_it(&sender.address)))
}
