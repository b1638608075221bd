//! Who signs in and what a role may do.

use uuid::Uuid;

use super::id::{ApiTokenId, InboxId, UserId};
use super::masking::Numbers;
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

    /// Whether the role says, for a phone menu of an inbox of theirs, that everybody is
    /// busy.
    pub fn may_switch_overflow(self) -> bool {
        matches!(self, Self::Supervisor | Self::Admin)
    }

    pub fn may_administer(self) -> bool {
        matches!(self, Self::Admin)
    }

    pub fn may_read_audit(self) -> bool {
        matches!(self, Self::Admin | Self::Auditor)
    }
}

/// What kind of hand did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    User,
    ApiToken,
    /// The house itself: a loop, a provider's word, a rule.
    System,
    /// Somebody at the command line of the machine.
    Operator,
}

words!(ActorKind {
    User = "user",
    ApiToken = "api_token",
    System = "system",
    Operator = "operator",
});

/// Who did something, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
    /// The network address the request came from.
    pub origin: Option<String>,
}

impl Actor {
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: None, origin: None }
    }

    pub fn operator() -> Self {
        Self { kind: ActorKind::Operator, id: None, origin: None }
    }

    pub fn user(id: UserId, origin: Option<String>) -> Self {
        Self { kind: ActorKind::User, id: Some(id.0), origin }
    }

    pub fn api_token(id: ApiTokenId, origin: Option<String>) -> Self {
        Self { kind: ActorKind::ApiToken, id: Some(id.0), origin }
    }

    /// The user, where a person did it.
    pub fn user_id(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User => self.id.map(UserId),
            _ => None,
        }
    }
}

/// How much a notification says on a screen that others may see (ui.md 4.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Notify {
    Off,
    /// That there is something new.
    Count,
    /// And from whom.
    #[default]
    Name,
    /// And what they wrote.
    Body,
}

words!(Notify { Off = "off", Count = "count", Name = "name", Body = "body" });

/// Of which conversations somebody is told, of those they see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NotifyScope {
    /// Of those they have.
    Mine,
    /// And of those nobody has.
    #[default]
    Ours,
    /// Of all there are.
    All,
    /// Of those where a note calls them, whoever has them.
    Mentions,
}

words!(NotifyScope { Mine = "mine", Ours = "ours", All = "all", Mentions = "mentions" });

impl NotifyScope {
    /// Whether a text of a conversation is news to `user`. `static/js/notify.js` says
    /// the same of a row.
    pub fn takes_in(self, user: UserId, assignee: Option<UserId>, called: &[UserId]) -> bool {
        match self {
            Self::Mine => assignee == Some(user),
            Self::Ours => assignee.is_none_or(|assignee| assignee == user),
            Self::All => true,
            Self::Mentions => called.contains(&user),
        }
    }
}

/// Which inboxes somebody sees. Every query of conversations starts from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    All,
    Inboxes(Vec<InboxId>),
}

impl Sight {
    pub fn of(role: Role, memberships: Vec<InboxId>) -> Self {
        if !role.may_read_conversations() {
            Self::Inboxes(Vec::new())
        } else if role.sees_every_inbox() {
            Self::All
        } else {
            Self::Inboxes(memberships)
        }
    }

    pub fn sees(&self, inbox: InboxId) -> bool {
        match self {
            Self::All => true,
            Self::Inboxes(inboxes) => inboxes.contains(&inbox),
        }
    }
}

/// Somebody who asks for something: who they are, what their role may do and
/// which inboxes they see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub role: Role,
    pub sight: Sight,
    /// How they see customers' numbers.
    pub numbers: Numbers,
}

impl Caller {
    /// The house itself, or an operator at its command line.
    pub fn house(actor: Actor) -> Self {
        Self { actor, role: Role::Admin, sight: Sight::All, numbers: Numbers::Whole }
    }

    pub fn user_id(&self) -> Option<UserId> {
        self.actor.user_id()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_is_told_of_the_conversations_they_asked_for() {
        let (me, colleague) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let told = |assignee, called: &[UserId]| {
            let scopes = NotifyScope::ALL.iter().filter(|it| it.takes_in(me, assignee, called));
            scopes.map(|scope| scope.word()).collect::<Vec<_>>()
        };
        assert_eq!(told(None, &[]), ["ours", "all"]);
        assert_eq!(told(Some(me), &[colleague]), ["mine", "ours", "all"]);
        assert_eq!(told(Some(colleague), &[]), ["all"], "a colleague has taken it");
        assert_eq!(told(Some(colleague), &[colleague, me]), ["all", "mentions"]);
    }
}
