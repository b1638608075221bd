//! Who signs in and what a role may do.

use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers customers in the inboxes they belong to.
    Agent,
    /// An agent who also assigns others and sees the team's work.
    Supervisor,
    /// Sets the house up; sees every inbox.
    Admin,
    /// Reads the audit log; reads no conversation.
    Auditor,
    /// Reads conversations of their inboxes; changes nothing.
    Viewer,
}

words!(Role {
    Agent = "agent",
    Supervisor = "supervisor",
    Admin = "admin",
    Auditor = "auditor",
    Viewer = "viewer",
});

impl Role {
    /// Whether the role sees conversations without being a member of their inbox.
    pub fn sees_every_inbox(self) -> bool {
        matches!(self, Self::Admin)
    }

    pub fn may_read_conversations(self) -> bool {
        !matches!(self, Self::Auditor)
    }

    /// Whether the role may send, note, assign and close.
    pub fn may_answer(self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor | Self::Admin)
    }

    /// Whether the role may give a conversation to somebody else.
    pub fn may_assign_others(self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor | Self::Admin)
    }

    pub fn may_administer(self) -> bool {
        matches!(self, Self::Admin)
    }

    pub fn may_read_audit(self) -> bool {
        matches!(self, Self::Admin | Self::Auditor)
    }
}
