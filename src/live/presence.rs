//! Who has which conversation open, and who is typing there.
//!
//! Kept in memory alone and believed only for as long as it is repeated: never
//! in the log, never in the database. It is a courtesy between colleagues; what
//! keeps two of them from answering at once is the guard of `send_reply`. What
//! another node says of its own screens may be lost, late or repeated, and costs
//! no more than a face that is missing for some seconds.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;
use uuid::Uuid;

use crate::domain::id::{ConversationId, InboxId, UserId};

/// A screen that was not heard of for so long is gone (ui.md 4.7).
pub const SEEN: Duration = Duration::from_secs(30);
/// Somebody who has not touched a key for so long is not typing.
pub const TYPING: Duration = Duration::from_secs(6);
/// Screens of other nodes that are remembered: whoever invents more is not heard.
const MOST: usize = 20_000;
/// People named at one conversation.
const NAMED: usize = 6;

/// Everybody's whereabouts, as far as this node knows.
///
/// Cloning gives another handle to the same.
#[derive(Clone, Debug)]
pub struct Presence {
    room: Arc<Room>,
}

#[derive(Debug)]
struct Room {
    node: Uuid,
    seats: AtomicU64,
    here: Mutex<Here>,
    stirred: Notify,
    said: broadcast::Sender<Sighting>,
}

#[derive(Debug, Default)]
struct Here {
    screens: HashMap<Screen, Stay>,
    of: HashMap<ConversationId, HashSet<Screen>>,
    changed: HashMap<ConversationId, InboxId>,
}

/// One socket of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Screen {
    node: Uuid,
    seat: u64,
}

#[derive(Clone, Copy, Debug)]
struct Stay {
    user: UserId,
    inbox: InboxId,
    conversation: ConversationId,
    until: Instant,
    looks: bool,
    typing_until: Option<Instant>,
}

/// What somebody does in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is on a screen that something else may be in front of.
    Reading,
    /// It is what they look at.
    Looking,
    Typing,
    Gone,
}

/// What one node tells the others: ids, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    node: Uuid,
    seat: u64,
    user: UserId,
    inbox: InboxId,
    conversation: ConversationId,
    doing: Doing,
}

/// A conversation whose people are others than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub conversation: ConversationId,
    pub inbox: InboxId,
    /// Everybody who is there, and whether they type; each person once.
    pub people: Vec<(UserId, bool)>,
}

/// One socket's place; empty again when dropped.
#[derive(Debug)]
pub struct Seat {
    presence: Presence,
    screen: Screen,
    user: UserId,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            room: Arc::new(Room {
                node: Uuid::now_v7(),
                seats: AtomicU64::new(0),
                here: Mutex::default(),
                stirred: Notify::new(),
                said: broadcast::Sender::new(1_024),
            }),
        }
    }
}

impl Presence {
    pub fn seat(&self, user: UserId) -> Seat {
        let seat = self.room.seats.fetch_add(1, Ordering::Relaxed);
        let screen = Screen { node: self.room.node, seat };
        Seat { presence: self.clone(), screen, user }
    }

    /// What the screens of this node do, for other nodes.
    pub fn said(&self) -> broadcast::Receiver<Sighting> {
        self.room.said.subscribe()
    }

    /// What another node says of a screen of its own.
    pub fn heard(&self, sighting: Sighting) {
        if sighting.node != self.room.node {
            self.note(sighting);
        }
    }

    /// Waits until somebody came, went, or began to type, or may have been
    /// silent for too long.
    pub async fn stirred(&self) {
        let silent_at = self.lock().screens.values().map(Stay::next_silence).min();
        match silent_at {
            Some(at) => tokio::select! {
                () = self.room.stirred.notified() => {}
                () = tokio::time::sleep_until(at) => {}
            },
            None => self.room.stirred.notified().await,
        }
    }

    /// Which conversations changed since this was asked last.
    pub fn changes(&self) -> Vec<Change> {
        self.changes_at(Instant::now())
    }

    fn changes_at(&self, now: Instant) -> Vec<Change> {
        let mut here = self.lock();
        here.forget_the_silent(now);
        let changed = std::mem::take(&mut here.changed);
        let change = |(conversation, inbox)| Change {
            conversation,
            inbox,
            people: here.people(conversation),
        };
        changed.into_iter().map(change).collect()
    }

    /// Whether `user` looks at `conversation` at this moment, on any screen.
    pub fn looks_at(&self, conversation: ConversationId, user: UserId) -> bool {
        self.lock().looks_at(conversation, user, Instant::now())
    }

    fn note(&self, sighting: Sighting) {
        if self.lock().note(sighting, Instant::now()) {
            self.room.stirred.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Here> {
        self.room.here.lock().expect("no code panics while it holds the list of people")
    }
}

impl Seat {
    /// The socket's user has `conversation` before them.
    pub fn here(&self, inbox: InboxId, conversation: ConversationId, doing: Doing) {
        self.tell(inbox, conversation, doing);
    }

    /// They have none before them.
    pub fn leave(&self) {
        let stay = self.presence.lock().screens.get(&self.screen).copied();
        if let Some(Stay { inbox, conversation, .. }) = stay {
            self.tell(inbox, conversation, Doing::Gone);
        }
    }

    fn tell(&self, inbox: InboxId, conversation: ConversationId, doing: Doing) {
        let Self { presence, screen: Screen { node, seat }, user } = self;
        let sighting =
            Sighting { node: *node, seat: *seat, user: *user, inbox, conversation, doing };
        presence.note(sighting);
        // Without other nodes nobody listens, which is no error.
        let _ = presence.room.said.send(sighting);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Stay {
    fn types(&self) -> bool {
        self.typing_until.is_some()
    }

    fn next_silence(&self) -> Instant {
        self.typing_until.map_or(self.until, |typing| typing.min(self.until))
    }
}

impl Here {
    /// Whether it changes what is shown.
    fn note(&mut self, sighting: Sighting, now: Instant) -> bool {
        let Sighting { node, seat, user, inbox, conversation, doing } = sighting;
        let screen = Screen { node, seat };
        let before = self.screens.get(&screen).copied();
        if doing == Doing::Gone {
            return before.is_some() && self.remove(screen);
        }
        if before.is_none() && self.screens.len() >= MOST {
            return false;
        }
        let typing_until = (doing == Doing::Typing).then(|| now + TYPING);
        let looks = doing != Doing::Reading;
        let stay = Stay { user, inbox, conversation, until: now + SEEN, looks, typing_until };
        let is_as_before = before.is_some_and(|before| {
            before.conversation == conversation && before.types() == stay.types()
        });
        if before.is_some_and(|before| before.conversation != conversation) {
            self.remove(screen);
        }
        self.screens.insert(screen, stay);
        self.of.entry(conversation).or_default().insert(screen);
        if !is_as_before {
            self.changed.insert(conversation, inbox);
        }
        !is_as_before
    }

    fn remove(&mut self, screen: Screen) -> bool {
        let Some(Stay { conversation, inbox, .. }) = self.screens.remove(&screen) else {
            return false;
        };
        if let Some(others) = self.of.get_mut(&conversation) {
            others.remove(&screen);
            if others.is_empty() {
                self.of.remove(&conversation);
            }
        }
        self.changed.insert(conversation, inbox);
        true
    }

    fn forget_the_silent(&mut self, now: Instant) {
        let silent = self.screens.iter().filter(|(_, stay)| stay.until <= now);
        for screen in silent.map(|(screen, _)| *screen).collect::<Vec<_>>() {
            self.remove(screen);
        }
        for stay in self.screens.values_mut() {
            if stay.typing_until.is_some_and(|until| until <= now) {
                stay.typing_until = None;
                self.changed.insert(stay.conversation, stay.inbox);
            }
        }
    }

    fn looks_at(&self, conversation: ConversationId, user: UserId, now: Instant) -> bool {
        let screens = self.of.get(&conversation).into_iter().flatten();
        let mut stays = screens.filter_map(|screen| self.screens.get(screen));
        stays.any(|stay| stay.user == user && stay.looks && stay.until > now)
    }

    fn people(&self, conversation: ConversationId) -> Vec<(UserId, bool)> {
        let mut people = BTreeMap::new();
        for screen in self.of.get(&conversation).into_iter().flatten() {
            if let Some(stay) = self.screens.get(screen) {
                *people.entry(stay.user).or_insert(false) |= stay.types();
            }
        }
        people.into_iter().take(NAMED).collect()
    }
}

impl Sighting {
    /// As it travels between nodes.
    pub fn line(&self) -> String {
        let Self { node, seat, user, inbox, conversation, doing } = self;
        let word = match doing {
            Doing::Reading => "reading",
            Doing::Looking => "looking",
            Doing::Typing => "typing",
            Doing::Gone => "gone",
        };
        format!("{node} {seat} {user} {inbox} {conversation} {word}")
    }

    /// Reads [`Self::line`]; `None` for anything else.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(line).ok()?.split(' ');
        let mut next = || words.next();
        let sighting = Self {
            node: next()?.parse().ok()?,
            seat: next()?.parse().ok()?,
            user: next()?.parse().ok()?,
            inbox: next()?.parse().ok()?,
            conversation: next()?.parse().ok()?,
            doing: match next()? {
                "reading" => Doing::Reading,
                "looking" => Doing::Looking,
                "typing" => Doing::Typing,
                "gone" => Doing::Gone,
                _ => return None,
            },
        };
        next().is_none().then_some(sighting)
    }
}

#[cfg(test)]
mod tests;
