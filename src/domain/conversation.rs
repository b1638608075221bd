//! Whose turn it is in a thread.
//!
//! A conversation waits from its oldest unanswered inbound text. Any outbound
//! text by a person ends the wait; automatic replies do not, because the
//! customer has still not been heard. A stop word ends it too: there is nothing
//! left that we may answer.

use chrono::{DateTime, Utc};

use super::id::UserId;
use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConversationState {
    /// There is work to do.
    Open,
    /// Put aside until a time.
    Snoozed,
    /// Nothing to do until the contact writes again.
    Closed,
}

words!(ConversationState { Open = "open", Snoozed = "snoozed", Closed = "closed" });

/// The four states people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShownState {
    /// 未対応
    Unassigned,
    /// 対応中
    Assigned,
    /// 保留
    Snoozed,
    /// 対応済み
    Closed,
}

words!(ShownState {
    Unassigned = "unassigned",
    Assigned = "assigned",
    Snoozed = "snoozed",
    Closed = "closed",
});

/// The part of a thread its rules are about.
///
/// Every verb returns the new value. A verb that finds its work done returns an
/// equal value, so that two people pressing the same button make one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conversation {
    pub state: ConversationState,
    pub assignee: Option<UserId>,
    /// The one a reply is first offered to when it reopens the conversation.
    pub last_answered_by: Option<UserId>,
    /// The oldest inbound text nobody has answered.
    pub waiting_since: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Whether an inbound text started a new case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reopened(pub bool);

/// Why a verb was refused, in words for the person who tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TransitionError {
    #[error("the conversation is closed; reopen it first")]
    Closed,
    #[error("the time to come back to it must be in the future")]
    SnoozeInPast,
}

words!(TransitionError { Closed = "closed", SnoozeInPast = "snooze_in_past" });

impl Conversation {
    /// A thread the contact began at `at`: unassigned and waiting.
    pub fn started_by_inbound(at: DateTime<Utc>) -> Self {
        Self { waiting_since: Some(at), ..Self::new(ConversationState::Open) }
    }

    /// A thread we began. `by` answers for it; without anybody (an automatic
    /// text) there is no work until the contact replies, so it starts closed.
    pub fn started_by_us(by: Option<UserId>) -> Self {
        let state = match by {
            Some(_) => ConversationState::Open,
            None => ConversationState::Closed,
        };
        Self { assignee: by, last_answered_by: by, ..Self::new(state) }
    }

    pub fn shown(&self) -> ShownState {
        match (self.state, self.assignee) {
            (ConversationState::Open, None) => ShownState::Unassigned,
            (ConversationState::Open, Some(_)) => ShownState::Assigned,
            (ConversationState::Snoozed, _) => ShownState::Snoozed,
            (ConversationState::Closed, _) => ShownState::Closed,
        }
    }

    /// The contact wrote at `at`.
    ///
    /// A closed conversation becomes everybody's again: whoever closed it may
    /// be off duty. A snoozed one goes back to whom it belongs to.
    pub fn receive_inbound(&self, at: DateTime<Utc>) -> (Self, Reopened) {
        let was_closed = self.state == ConversationState::Closed;
        let next = Self {
            state: ConversationState::Open,
            assignee: if was_closed { None } else { self.assignee },
            last_answered_by: self.last_answered_by.or(self.assignee),
            // Providers deliver out of order: an older text may come second.
            waiting_since: Some(self.waiting_since.map_or(at, |since| since.min(at))),
            snoozed_until: None,
        };
        (next, Reopened(was_closed))
    }

    /// The contact wrote a stop word and nothing else.
    ///
    /// No text may go there any more, so nobody waits for one. What is nobody's
    /// is done with; what is somebody's stays theirs, who may want to telephone.
    /// A closed conversation stays closed: a stop is no question.
    pub fn receive_stop(&self) -> Self {
        let is_somebodys = self.state != ConversationState::Closed && self.assignee.is_some();
        let state = if is_somebodys { ConversationState::Open } else { ConversationState::Closed };
        Self { state, waiting_since: None, snoozed_until: None, ..*self }
    }

    /// What the contact wrote was seen to, and nobody wrote: their answer booked a time.
    pub fn settled(&self) -> Self {
        Self { waiting_since: None, ..*self }
    }

    /// A person wrote to the contact.
    pub fn answered(&self, by: UserId) -> Self {
        Self {
            assignee: self.assignee.or(Some(by)),
            last_answered_by: Some(by),
            waiting_since: None,
            ..*self
        }
    }

    pub fn assign(&self, to: UserId) -> Result<Self, TransitionError> {
        self.with_assignee(Some(to))
    }

    pub fn unassign(&self) -> Result<Self, TransitionError> {
        self.with_assignee(None)
    }

    /// Nothing is left to do; a contact still waiting no longer counts as such.
    pub fn close(&self) -> Self {
        Self { state: ConversationState::Closed, waiting_since: None, snoozed_until: None, ..*self }
    }

    /// A person takes a closed or snoozed conversation up again.
    pub fn reopen(&self) -> Self {
        Self { state: ConversationState::Open, snoozed_until: None, ..*self }
    }

    /// Closing is taken back at once: what it cleared is as it was.
    pub fn unclose(
        &self,
        waiting_since: Option<DateTime<Utc>>,
        snoozed_until: Option<DateTime<Utc>>,
    ) -> Self {
        let state = match snoozed_until {
            Some(_) => ConversationState::Snoozed,
            None => ConversationState::Open,
        };
        Self { state, waiting_since, snoozed_until, ..*self }
    }

    /// Puts the conversation aside. The contact goes on waiting, which is seen
    /// again when the time comes.
    pub fn snooze(
        &self,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, TransitionError> {
        if self.state == ConversationState::Closed {
            return Err(TransitionError::Closed);
        }
        if until <= now {
            return Err(TransitionError::SnoozeInPast);
        }
        Ok(Self { state: ConversationState::Snoozed, snoozed_until: Some(until), ..*self })
    }

    /// The time of a snooze has come. What is open or closed by now stays so.
    pub fn wake(&self) -> Self {
        match self.state {
            ConversationState::Snoozed => self.reopen(),
            ConversationState::Open | ConversationState::Closed => *self,
        }
    }

    fn new(state: ConversationState) -> Self {
        Self {
            state,
            assignee: None,
            last_answered_by: None,
            waiting_since: None,
            snoozed_until: None,
        }
    }

    fn with_assignee(&self, assignee: Option<UserId>) -> Result<Self, TransitionError> {
        if self.state == ConversationState::Closed && self.assignee != assignee {
            return Err(TransitionError::Closed);
        }
        Ok(Self { assignee, ..*self })
    }
}

#[cfg(test)]
mod tests;
