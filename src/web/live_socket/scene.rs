//! What events are about, read for many at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::delivery::OutboundState;
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};
use crate::live::Event;
use crate::store::conversations::{self, Conversation};
use crate::store::drafts;
use crate::store::inboxes::{self, Inbox};
use crate::store::mentions::{self, Called};
use crate::store::messages::{self, Message};
use crate::store::reads::{self, Marker};
use crate::store::tags::{self, Tag};
use crate::store::{Db, StoreError};
use crate::web::conversations::lines::{Beside, is_mailable, mentioned};
use crate::web::conversations::list::is_failure;
use crate::web::conversations::people::People;

/// Everything a drawing of one event needs.
pub struct Scene {
    pub conversation: Conversation,
    pub inbox: Inbox,
    pub several_inboxes: bool,
    pub message: Option<Message>,
    pub people: Arc<People>,
    /// Whether its last text was ours and did not get out.
    pub failed: bool,
    /// Whether mail reaches the contact of a text that failed.
    pub is_mailable: bool,
    /// What is kept beside the texts told of.
    pub beside: Arc<Beside>,
    /// How far each user has read the conversation.
    pub read_by: Vec<(UserId, Marker)>,
    /// Who has begun to write there.
    pub drafted_by: Vec<UserId>,
    pub tags: Vec<Tag>,
    /// Whom notes call there.
    pub called: Vec<Called>,
}

impl Scene {
    pub fn unread(&self, user: UserId) -> u32 {
        let marker = self.read_by.iter().find(|(id, _)| *id == user).map(|(_, marker)| *marker);
        reads::unread(self.conversation.inbound_texts, marker)
    }

    pub fn is_drafted_by(&self, user: UserId) -> bool {
        self.drafted_by.contains(&user)
    }
}

impl Scene {
    /// Whether a note calls `user`, who has not looked since.
    pub fn is_called(&self, user: UserId) -> bool {
        self.called.iter().any(|called| called.user == user && called.is_news)
    }
}

/// Whether an event changes anything a browser shows of a conversation.
pub fn is_shown(event: &Event) -> bool {
    use EventKind::{AccessChanged, QuarantineAdded, SettingsChanged};
    !matches!(event.event.kind, AccessChanged | QuarantineAdded | SettingsChanged)
        && event.event.conversation_id.is_some()
}

/// What event number shows what; `None` where the conversation is gone.
pub type Shown = Vec<(i64, Option<Arc<Scene>>)>;

/// The scenes of `events`, a handful of statements for all of them.
pub fn read_scenes(db: &mut Db, events: &[Event]) -> Result<Shown, StoreError> {
    let shown: Vec<&Event> = events.iter().filter(|event| is_shown(event)).collect();
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let reading = Reading::of(db, &shown)?;
    Ok(shown.into_iter().map(|event| (event.seq, reading.scene(event).map(Arc::new))).collect())
}

/// The rows of many scenes.
struct Reading {
    conversations: HashMap<ConversationId, Conversation>,
    messages: HashMap<MessageId, Message>,
    inboxes: HashMap<InboxId, Inbox>,
    states: HashMap<MessageId, OutboundState>,
    read_by: HashMap<ConversationId, Vec<(UserId, Marker)>>,
    drafted: HashSet<(ConversationId, UserId)>,
    people: Arc<People>,
    tags: HashMap<ConversationId, Vec<Tag>>,
    called: Vec<Called>,
    /// Where a text failed that can go by mail.
    mailable: HashSet<ConversationId>,
    beside: Arc<Beside>,
}

impl Reading {
    fn of(db: &mut Db, events: &[&Event]) -> Result<Self, StoreError> {
        let ids: BTreeSet<_> = events.iter().filter_map(|e| e.event.conversation_id).collect();
        let ids: Vec<ConversationId> = ids.into_iter().collect();
        let told: BTreeSet<_> = events.iter().filter_map(|e| e.event.message_id).collect();
        let told: Vec<MessageId> = told.into_iter().collect();
        let conversations = conversations::find_all(db, &ids)?;
        let messages = messages::find_all(db, &told)?;
        let last: Vec<MessageId> = conversations.iter().map(|one| one.last_message_id).collect();
        let assignees = conversations.iter().map(|one| one.status.assignee);
        let mentioned = mentioned(db, &messages)?;
        let people = People::read(db, assignees.chain(mentioned))?;
        let mut read_by: HashMap<_, Vec<_>> = HashMap::new();
        for (conversation, user, marker) in reads::of_conversations(db, &ids)? {
            read_by.entry(conversation).or_default().push((user, marker));
        }
        let mut mailable = HashSet::new();
        for conversation in &conversations {
            let here = |message: &&Message| message.conversation_id == conversation.id;
            let here: Vec<Message> = messages.iter().filter(here).cloned().collect();
            if is_mailable(db, conversation, &here)? {
                mailable.insert(conversation.id);
            }
        }
        Ok(Self {
            mailable,
            beside: Arc::new(Beside::read(db, &messages)?),
            states: messages::states_of(db, &last)?,
            inboxes: inboxes::all(db)?.into_iter().map(|inbox| (inbox.id, inbox)).collect(),
            conversations: conversations.into_iter().map(|one| (one.id, one)).collect(),
            messages: messages.into_iter().map(|message| (message.id, message)).collect(),
            people: Arc::new(people),
            read_by,
            drafted: drafts::of_conversations(db, &ids)?,
            tags: tags::of_conversations(db, &ids)?,
            called: mentions::in_conversations(db, &ids)?,
        })
    }

    fn scene(&self, event: &Event) -> Option<Scene> {
        let conversation = self.conversations.get(&event.event.conversation_id?)?.clone();
        let state = self.states.get(&conversation.last_message_id).copied();
        Some(Scene {
            inbox: self.inboxes.get(&conversation.inbox_id)?.clone(),
            several_inboxes: self.inboxes.len() > 1,
            message: event.event.message_id.and_then(|id| self.messages.get(&id)).cloned(),
            people: self.people.clone(),
            failed: is_failure(&conversation, state),
            is_mailable: self.mailable.contains(&conversation.id),
            beside: self.beside.clone(),
            read_by: self.read_by.get(&conversation.id).cloned().unwrap_or_default(),
            drafted_by: self.drafted_in(conversation.id),
            tags: self.tags.get(&conversation.id).cloned().unwrap_or_default(),
            called: self.called_in(conversation.id),
            conversation,
        })
    }

    fn drafted_in(&self, conversation: ConversationId) -> Vec<UserId> {
        let here = self.drafted.iter().filter(|(id, _)| *id == conversation);
        here.map(|(_, user)| *user).collect()
    }

    fn called_in(&self, conversation: ConversationId) -> Vec<Called> {
        let here = self.called.iter().filter(|called| called.conversation == conversation);
        here.copied().collect()
    }
}
