use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use uuid::Uuid;

use super::*;
use crate::domain::id::{SessionId, UserId};
use crate::live::event::test_event;
use crate::live::hub::RING;

/// A wire whose other end is a channel; a full channel is a slow client.
struct Line {
    to_client: mpsc::Sender<String>,
    from_client: mpsc::UnboundedReceiver<Word>,
}

impl Wire for Line {
    async fn text(&mut self, text: ByteString) -> Result<(), Gone> {
        self.to_client.send(text.to_string()).await.map_err(|_refused| Gone)
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        self.text("ping".into()).await
    }

    async fn heard(&mut self) -> Result<Word, Gone> {
        tokio::select! {
            Some(word) = self.from_client.recv() => Ok(word),
            () = self.to_client.closed() => Err(Gone),
        }
    }

    async fn close(&mut self, close: Close) {
        let _ = self.text(format!("close {}", close.code()).into()).await;
    }
}

/// Sees even events only; knows the log it is given.
#[derive(Clone, Default)]
struct EvenOnly {
    log: Arc<Mutex<Vec<Event>>>,
    watched: Option<ConversationId>,
    counts: bool,
}

impl View for EvenOnly {
    type Error = &'static str;

    async fn events_after(&mut self, seq: i64, limit: usize) -> Result<Vec<Event>, Self::Error> {
        let log = self.log.lock().unwrap();
        Ok(log.iter().filter(|event| event.seq > seq).take(limit).copied().collect())
    }

    fn watch(&mut self, conversation: ConversationId) {
        self.watched = Some(conversation);
    }

    async fn here(&mut self, _: ConversationId, doing: Doing) -> Result<(), Self::Error> {
        if doing == Doing::Typing { Err("nobody may type here") } else { Ok(()) }
    }

    fn away(&mut self) {}

    async fn others(&mut self) -> ByteString {
        std::future::pending().await
    }

    async fn counts(&mut self) -> Result<Option<ByteString>, Self::Error> {
        Ok(self.counts.then(|| "counts".into()))
    }

    async fn show(&mut self, event: &Event) -> Result<Shown, Self::Error> {
        match event.seq {
            13 => Ok(Shown::SignedOut),
            666 => Err("the database is gone"),
            seq if seq % 2 == 0 => {
                let is_watched =
                    self.watched.is_some() && self.watched == event.event.conversation_id;
                let c = is_watched.then(|| "watched".to_owned());
                Ok(Shown::Frame(Frame::Ev { id: seq, c, ops: vec![] }.json()))
            }
            _ => Ok(Shown::Nothing),
        }
    }
}

struct Rig {
    hub: Hub,
    log: EvenOnly,
    user: UserId,
    session: SessionId,
}

impl Rig {
    fn with_log(seqs: std::ops::RangeInclusive<i64>) -> Self {
        let hub = Hub::new(*seqs.end());
        let log = Arc::new(Mutex::new(seqs.map(test_event).collect()));
        let log = EvenOnly { log, watched: None, counts: false };
        Self { hub, log, user: UserId(Uuid::now_v7()), session: SessionId(Uuid::now_v7()) }
    }

    fn start(&self, after: i64) -> Start {
        let now = test_event(after).at;
        Start { after, now, build: "b1".to_owned(), pace: Pace::default() }
    }

    fn open(&self, start: Start, queue: usize) -> Client {
        let (to_client, heard) = mpsc::channel(queue);
        let (says, from_client) = mpsc::unbounded_channel();
        let guard = self.hub.admit(self.user, self.session).expect("below the cap");
        let (hub, view) = (self.hub.clone(), self.log.clone());
        let task = tokio::spawn(async move {
            serve(&hub, guard, &mut Line { to_client, from_client }, view, start).await
        });
        Client { heard, says, task }
    }
}

struct Client {
    heard: mpsc::Receiver<String>,
    says: mpsc::UnboundedSender<Word>,
    task: tokio::task::JoinHandle<Option<Close>>,
}

impl Client {
    async fn hears(&mut self, expected: &str) {
        assert_eq!(self.heard.recv().await.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_returning_client_gets_what_it_missed_then_what_happens() {
    let rig = Rig::with_log(1..=6);
    let mut client = rig.open(rig.start(3), 64);
    client.hears(r#"{"t":"hello","ev":6,"build":"b1","hb":25}"#).await;
    client.hears(r#"{"t":"ev","id":4,"ops":[]}"#).await;
    client.hears(r#"{"t":"ev","id":6,"ops":[]}"#).await;
    rig.hub.publish(test_event(7));
    rig.hub.publish(test_event(8));
    client.hears(r#"{"t":"ev","id":8,"ops":[]}"#).await;
    drop(client.heard);
    assert_eq!(client.task.await.unwrap(), None);
    assert_eq!(rig.hub.sockets(), 0);
}

#[tokio::test]
async fn an_event_that_is_replayed_and_published_is_sent_once() {
    let rig = Rig::with_log(1..=4);
    // The log is one ahead of the hub: the replay meets the event first.
    rig.log.log.lock().unwrap().extend([test_event(5), test_event(6)]);
    let mut client = rig.open(rig.start(4), 64);
    client.hears(r#"{"t":"hello","ev":4,"build":"b1","hb":25}"#).await;
    client.hears(r#"{"t":"ev","id":6,"ops":[]}"#).await;
    for seq in 5..=8 {
        rig.hub.publish(test_event(seq));
    }
    client.hears(r#"{"t":"ev","id":8,"ops":[]}"#).await;
}

#[tokio::test]
async fn too_much_to_replay_means_a_fresh_start() {
    let too_many = REPLAY as i64 + 1;
    for (after, last, is_reset) in [(0, too_many, true), (1, too_many, false), (9, 5, true)] {
        let rig = Rig::with_log(1..=last);
        let mut client = rig.open(rig.start(after), 64);
        client.hears(&format!(r#"{{"t":"hello","ev":{last},"build":"b1","hb":25}}"#)).await;
        if is_reset {
            client.hears(r#"{"t":"reset","why":"gap"}"#).await;
            client.hears(&format!(r#"{{"t":"at","id":{last}}}"#)).await;
        } else {
            client.hears(r#"{"t":"ev","id":2,"ops":[]}"#).await;
        }
    }
}

#[tokio::test]
async fn a_client_older_than_three_days_starts_afresh() {
    let rig = Rig::with_log(1..=2);
    let mut start = rig.start(1);
    start.now = test_event(2).at + MEMORY + TimeDelta::seconds(1);
    let mut client = rig.open(start, 64);
    client.hears(r#"{"t":"hello","ev":2,"build":"b1","hb":25}"#).await;
    client.hears(r#"{"t":"reset","why":"gap"}"#).await;
}

#[tokio::test]
async fn a_revoked_session_is_closed_even_while_a_send_is_stuck() {
    let rig = Rig::with_log(1..=6);
    // Room for the greeting alone: the replay waits for the client.
    let mut client = rig.open(rig.start(0), 1);
    client.hears(r#"{"t":"hello","ev":6,"build":"b1","hb":25}"#).await;
    rig.hub.revoke_session(rig.session);
    while let Some(text) = client.heard.recv().await {
        if text == "close 4401" {
            break;
        }
    }
    assert_eq!(client.task.await.unwrap(), Some(Close::SignedOut));
    assert_eq!(rig.hub.sockets(), 0);
}

#[tokio::test]
async fn an_event_that_ends_the_users_rights_ends_the_socket() {
    let rig = Rig::with_log(1..=12);
    let mut client = rig.open(rig.start(12), 64);
    client.hears(r#"{"t":"hello","ev":12,"build":"b1","hb":25}"#).await;
    rig.hub.publish(test_event(13));
    client.hears("close 4401").await;
}

#[tokio::test]
async fn an_unreadable_database_asks_the_client_to_come_back() {
    let rig = Rig::with_log(1..=665);
    let mut client = rig.open(rig.start(665), 64);
    client.hears(r#"{"t":"hello","ev":665,"build":"b1","hb":25}"#).await;
    rig.hub.publish(test_event(666));
    client.hears("close 1013").await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_off() {
    let rig = Rig::with_log(1..=6);
    let mut start = rig.start(0);
    start.pace.send = Duration::from_millis(1);
    let client = rig.open(start, 1);
    assert_eq!(client.task.await.unwrap(), Some(Close::TryAgain));
}

#[tokio::test]
async fn a_client_behind_the_ring_is_told_to_start_again() {
    let rig = Rig::with_log(1..=1);
    let mut client = rig.open(rig.start(1), 1);
    client.hears(r#"{"t":"hello","ev":1,"build":"b1","hb":25}"#).await;
    let last = 4 * RING as i64;
    for seq in 2..=last {
        // None of these is one the view ends on.
        if ![13, 666].contains(&seq) {
            rig.hub.publish(test_event(seq));
        }
    }
    client.hears(r#"{"t":"reset","why":"lag"}"#).await;
    client.hears(&format!(r#"{{"t":"at","id":{last}}}"#)).await;
    rig.hub.publish(test_event(last + 2));
    client.hears(&format!(r#"{{"t":"ev","id":{},"ops":[]}}"#, last + 2)).await;
}

#[tokio::test]
async fn a_heartbeat_moves_the_cursor_over_what_is_not_shown() {
    let rig = Rig::with_log(1..=1);
    let mut start = rig.start(1);
    start.pace.heartbeat = Duration::from_millis(1);
    let mut client = rig.open(start, 1);
    client.hears(r#"{"t":"hello","ev":1,"build":"b1","hb":0}"#).await;
    client.hears(r#"{"t":"hb"}"#).await;
    rig.hub.publish(test_event(3));
    loop {
        match client.heard.recv().await.expect("the socket stays open").as_str() {
            r#"{"t":"at","id":3}"# => break,
            other => assert_eq!(other, r#"{"t":"hb"}"#),
        }
    }
}

#[tokio::test]
async fn a_stopping_node_says_when_to_come_back() {
    let rig = Rig::with_log(1..=1);
    let mut client = rig.open(rig.start(1), 64);
    client.hears(r#"{"t":"hello","ev":1,"build":"b1","hb":25}"#).await;
    rig.hub.restart();
    client.hears("close 1012").await;
}

#[tokio::test]
async fn a_client_whose_last_event_was_purged_starts_afresh() {
    let rig = Rig::with_log(5..=6);
    let mut client = rig.open(rig.start(3), 64);
    client.hears(r#"{"t":"hello","ev":6,"build":"b1","hb":25}"#).await;
    client.hears(r#"{"t":"reset","why":"gap"}"#).await;
}

#[tokio::test]
async fn a_page_may_be_newer_than_what_this_node_has_published() {
    let rig = Rig::with_log(1..=4);
    rig.log.log.lock().unwrap().push(test_event(5));
    let mut client = rig.open(rig.start(5), 64);
    client.hears(r#"{"t":"hello","ev":4,"build":"b1","hb":25}"#).await;
    for seq in 5..=6 {
        rig.hub.publish(test_event(seq));
    }
    client.hears(r#"{"t":"ev","id":6,"ops":[]}"#).await;
}

#[tokio::test]
async fn a_thread_is_shown_in_full_from_the_moment_it_was_drawn() {
    let rig = Rig::with_log(1..=6);
    let (ours, other) = (ConversationId(Uuid::now_v7()), ConversationId(Uuid::now_v7()));
    for (seq, conversation) in [(2, ours), (4, ours), (5, ours), (6, other)] {
        let event = &mut rig.log.log.lock().unwrap()[seq as usize - 1];
        event.event.conversation_id = Some(conversation);
    }
    let mut client = rig.open(rig.start(6), 64);
    client.hears(r#"{"t":"hello","ev":6,"build":"b1","hb":25}"#).await;
    // Drawn at event 3: what came since is said again, of this thread alone.
    client.says.send(Word::Watch { c: ours.0, after: 3 }).unwrap();
    client.hears(r#"{"t":"ev","id":4,"c":"watched","ops":[]}"#).await;
    let mut next = test_event(8);
    next.event.conversation_id = Some(ours);
    rig.hub.publish(next);
    client.hears(r#"{"t":"ev","id":8,"c":"watched","ops":[]}"#).await;
}

#[tokio::test]
async fn a_thread_drawn_too_long_ago_is_drawn_again() {
    let rig = Rig::with_log(1..=REPLAY as i64 + 2);
    let mut client = rig.open(rig.start(REPLAY as i64 + 2), 64);
    client.heard.recv().await.unwrap();
    client.says.send(Word::Watch { c: Uuid::now_v7(), after: 1 }).unwrap();
    client.hears(r#"{"t":"reset","why":"gap"}"#).await;
}

#[tokio::test]
async fn counts_follow_what_changed_and_nothing_else() {
    let mut rig = Rig::with_log(1..=6);
    rig.log.counts = true;
    let mut start = rig.start(6);
    start.pace.count = Duration::ZERO;
    let mut client = rig.open(start, 64);
    client.hears(r#"{"t":"hello","ev":6,"build":"b1","hb":25}"#).await;
    client.hears("counts").await;
    // What is not shown changes no number: event 7 is passed over in silence.
    for seq in [7, 8, 10] {
        rig.hub.publish(test_event(seq));
        if seq % 2 == 0 {
            client.hears(&format!(r#"{{"t":"ev","id":{seq},"ops":[]}}"#)).await;
            client.hears("counts").await;
        }
    }
}
