//! Texts to candidates, and how they leave.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::House;
use crate::actions::ActionError;
use crate::actions::outgoing::{self, Draft};
use crate::domain::appointment::Span;
use crate::domain::appointment::page::PageAddress;
use crate::domain::message::Purpose;
use crate::domain::user::Caller;
use crate::providers::registry::Registry;
use crate::store::Tx;
use crate::store::conversations::Conversation;
use crate::store::messages::Message;

/// What a list of times begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// They are the first.
    Offer,
    /// What was chosen is taken.
    Filled,
    /// The candidate asked for another time.
    Change,
    /// Nobody has answered.
    FollowUp,
}

/// Numbers from one, and the one after them for none of these.
pub(super) fn numbered(spans: &[Span]) -> (Vec<(u8, Span)>, u8) {
    let lines: Vec<(u8, Span)> = (1..).zip(spans.iter().copied()).collect();
    let other = u8::try_from(lines.len() + 1).unwrap_or(u8::MAX);
    (lines, other)
}

/// The whole text of a list of times, and the number for none of them.
pub(super) fn list(
    house: &House,
    lead: Lead,
    name: Option<&str>,
    (title, reply_by): (&str, DateTime<Utc>),
    (lines, other): (&[(u8, Span)], u8),
) -> String {
    let t = house.locale;
    let called = name.map(|name| t.candidate_called(name)).unwrap_or_default();
    let mut text = match lead {
        Lead::Offer => t.candidate_offer(&house.name, called, title),
        Lead::Filled => t.candidate_filled(&house.name),
        Lead::Change => t.candidate_change(&house.name),
        Lead::FollowUp => t.candidate_follow_up(&house.name, title),
    };
    let times = lines.iter().map(|(number, span)| (*number, house.told(span.starts)));
    for (number, line) in times.chain([(other, t.candidate_none().to_owned())]) {
        // Writing into a string cannot fail.
        let _ = write!(text, "\n{}", t.candidate_line(number, line));
    }
    let _ = write!(text, "\n{}", t.candidate_reply_by(house.told(reply_by)));
    text
}

/// The same, with where it can be answered by tapping. It stands last, where telephones
/// find the end of it.
pub(super) fn with_page(house: &House, text: String, page: Option<&PageAddress>) -> String {
    match page {
        Some(page) => format!("{text}\n{}", house.locale.candidate_page(page.as_str())),
        None => text,
    }
}

/// What is said, and what a form calls it.
pub(super) struct Words {
    pub body: String,
    pub client_message_id: Option<Uuid>,
    /// Of use to nobody after that, nor once they have written.
    pub until: Option<DateTime<Utc>>,
}

/// Queues a text that nobody wrote, or somebody by pressing a button.
pub(super) fn send(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    words: Words,
) -> Result<Message, ActionError> {
    outgoing::check_recipient(tx, &found.contact, Purpose::Notice)?;
    let sender = outgoing::choose_sender(tx, found, None)?;
    let profile = outgoing::profile_of(tx, providers, &sender)?;
    let checked = outgoing::check_body(&words.body, profile, true)?;
    let draft = Draft {
        body: words.body,
        purpose: Purpose::Notice,
        client_message_id: words.client_message_id,
        sender: Some(sender.id),
        send_at: None,
        expires_at: words.until,
        until_reply: words.until.is_some(),
        automatic: caller.user_id().is_none(),
        may_be_undone: false,
        despite_doubt: true,
    };
    outgoing::queue(tx, caller, found, &draft, &checked, &sender)
}

/// The same, where what was decided stands whether or not it can be told: of whoever
/// wants no texts any more.
pub(super) fn try_send(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    body: String,
) -> Result<Option<Message>, ActionError> {
    let words = Words { body, client_message_id: None, until: None };
    or_none(send(tx, providers, caller, found, words))
}

/// The same, as long as it is of use.
pub(super) fn try_send_until(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    (body, until): (String, DateTime<Utc>),
) -> Result<Option<Message>, ActionError> {
    let words = Words { body, client_message_id: None, until: Some(until) };
    or_none(send(tx, providers, caller, found, words))
}

fn or_none(sent: Result<Message, ActionError>) -> Result<Option<Message>, ActionError> {
    match sent {
        Err(ActionError::Invalid { field, problem }) => {
            tracing::warn!(field, %problem, "a candidate could not be told");
            Ok(None)
        }
        done => done.map(Some),
    }
}
