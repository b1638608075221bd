//! Texts to candidates, and how they leave.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::House;
use crate::actions::ActionError;
use crate::actions::outgoing::{self, Draft};
use crate::domain::appointment::Span;
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

/// The whole text of a list of times.
pub(super) fn list(
    house: &House,
    lead: Lead,
    name: Option<&str>,
    (title, reply_by): (&str, DateTime<Utc>),
    spans: &[Span],
) -> String {
    let t = house.locale;
    let called = name.map(|name| t.candidate_called(name)).unwrap_or_default();
    let mut text = match lead {
        Lead::Offer => t.candidate_offer(&house.name, called, title),
        Lead::Filled => t.candidate_filled(&house.name),
        Lead::Change => t.candidate_change(&house.name),
        Lead::FollowUp => t.candidate_follow_up(&house.name, title),
    };
    let times = spans.iter().map(|span| house.told(span.starts));
    for (number, line) in (1..).zip(times.chain([t.candidate_none().to_owned()])) {
        // Writing into a string cannot fail.
        let _ = write!(text, "\n{}", t.candidate_line(number, line));
    }
    let _ = write!(text, "\n{}", t.candidate_reply_by(house.told(reply_by)));
    text
}

/// What is said, and what a form calls it.
pub(super) struct Words {
    pub body: String,
    pub client_message_id: Option<Uuid>,
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
        expires_at: None,
        until_reply: false,
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
    match send(tx, providers, caller, found, Words { body, client_message_id: None }) {
        Err(ActionError::Invalid { field, problem }) => {
            tracing::warn!(field, %problem, "a candidate could not be told");
            Ok(None)
        }
        done => done.map(Some),
    }
}
