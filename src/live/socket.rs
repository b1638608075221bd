//! One task per socket: from the event log to the wire.
//!
//! Knows neither the web framework nor the templates: a [`Wire`] carries text
//! and a [`View`] says what its user may see.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use bytestring::ByteString;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, interval_at, timeout};

use super::close::Close;
use super::event::Event;
use super::frame::{Frame, Why, Word};
use super::hub::{Hub, Next, Subscription};
use super::presence::Doing;
use super::sockets::Guard;
use crate::domain::id::ConversationId;

/// Events replayed to a returning client; beyond that a fresh page is cheaper.
pub const REPLAY: usize = 500;
/// How far back a client may resume.
pub const MEMORY: TimeDelta = TimeDelta::hours(72);

/// A line to one browser.
pub trait Wire {
    /// Sends one text frame; waits while the client is slow.
    fn text(&mut self, text: ByteString) -> impl Future<Output = Result<(), Gone>>;
    fn ping(&mut self) -> impl Future<Output = Result<(), Gone>>;
    /// Answers pings until the client says something or goes away. Safe to drop
    /// and call again.
    fn heard(&mut self) -> impl Future<Output = Result<Word, Gone>>;
    fn close(&mut self, close: Close) -> impl Future<Output = ()>;
}

/// The other side is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// What one user may see of the house.
pub trait View {
    type Error: Display;

    /// The events of the log after `seq`, oldest first, at most `limit`.
    fn events_after(
        &mut self,
        seq: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Event>, Self::Error>>;

    /// The thread that is on the screen: its events are shown in full.
    fn watch(&mut self, conversation: ConversationId);

    /// Where the user is, and what they do there.
    fn here(
        &mut self,
        conversation: ConversationId,
        doing: Doing,
    ) -> impl Future<Output = Result<(), Self::Error>>;

    /// The user looks at no thread.
    fn away(&mut self);

    /// Waits for others to come, go and type; a frame. The first tells of all
    /// who are there, if any are. Safe to drop and call again.
    fn others(&mut self) -> impl Future<Output = ByteString>;

    /// The numbers on the tabs, as a frame; `None` where there are none.
    fn counts(&mut self) -> impl Future<Output = Result<Option<ByteString>, Self::Error>>;

    /// What `event` changes on this user's screen.
    fn show(&mut self, event: &Event) -> impl Future<Output = Result<Shown, Self::Error>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The user may not see it, or there is nothing to see.
    Nothing,
    /// A frame, ready to send: the same text for all who see the same.
    Frame(ByteString),
    /// The event ended this user's right to be here.
    SignedOut,
}

/// How often a socket speaks and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub heartbeat: Duration,
    pub ping: Duration,
    /// How long after a change the numbers on the tabs follow.
    pub count: Duration,
    /// A client that takes no frame for this long is cut off (performance.md 6.3).
    pub send: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(25),
            ping: Duration::from_secs(20),
            count: Duration::from_millis(500),
            send: Duration::from_secs(12),
        }
    }
}

/// Where a client comes from.
#[derive(Clone, Debug)]
pub struct Start {
    /// The last event it has seen; 0 for none.
    pub after: i64,
    pub now: DateTime<Utc>,
    /// The build of the page's assets.
    pub build: String,
    pub pace: Pace,
}

/// Keeps a client up to date until one side ends it; says why it ended, `None`
/// when the client left.
pub async fn serve<W: Wire, V: View>(
    hub: &Hub,
    mut guard: Guard,
    wire: &mut W,
    view: V,
    start: Start,
) -> Option<Close> {
    let pace = start.pace;
    let mut pump = Pump::new(hub.subscribe(), &mut *wire, view, pace, start.after);
    let end = tokio::select! {
        biased;
        close = guard.told_to_close() => Some(close),
        end = pump.run(start) => match end {
            End::Close(close) => Some(close),
            End::Left => None,
        },
    };
    if let Some(close) = end {
        // A client that does not read its frames does not read this one either.
        let _ = timeout(pace.send.min(Duration::from_secs(1)), wire.close(close)).await;
    }
    end
}

enum End {
    Close(Close),
    Left,
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Left
    }
}

struct Pump<'a, W, V> {
    feed: Subscription,
    wire: &'a mut W,
    view: V,
    pace: Pace,
    /// The newest event the client has been told of.
    silent_until: i64,
    /// When the numbers on the tabs are due, if anything changed.
    count_at: Option<Instant>,
}

impl<'a, W: Wire, V: View> Pump<'a, W, V> {
    fn new(feed: Subscription, wire: &'a mut W, view: V, pace: Pace, after: i64) -> Self {
        Self { feed, wire, view, pace, silent_until: after, count_at: None }
    }

    async fn run(&mut self, start: Start) -> End {
        match self.run_until_error(start).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn run_until_error(&mut self, start: Start) -> Result<std::convert::Infallible, End> {
        let hb = self.pace.heartbeat.as_secs();
        self.send(Frame::Hello { ev: self.feed.cursor(), build: start.build, hb }).await?;
        self.resume(start.after, start.now).await?;
        self.count_soon();

        let now = Instant::now();
        let mut heartbeat = interval_at(now + self.pace.heartbeat, self.pace.heartbeat);
        let mut ping = interval_at(now + self.pace.ping, self.pace.ping);
        loop {
            let count_at = self.count_at;
            tokio::select! {
                next = self.feed.next() => match next {
                    Next::Event(event) => self.show(&event).await?,
                    Next::Lagged => self.reset(Why::Lag).await?,
                    Next::Closed => return Err(End::Close(Close::TryAgain)),
                },
                () = until(count_at) => self.count().await?,
                others = self.view.others() => self.send_text(others).await?,
                _ = heartbeat.tick() => self.beat().await?,
                _ = ping.tick() => within(self.pace.send, self.wire.ping()).await?,
                word = self.wire.heard() => match word? {
                    Word::Watch { c, after } => self.watch(ConversationId(c), after).await?,
                    Word::Here { c, types, looks } => {
                        let doing = match (types, looks) {
                            (true, _) => Doing::Typing,
                            (false, true) => Doing::Looking,
                            (false, false) => Doing::Reading,
                        };
                        self.view.here(ConversationId(c), doing).await.map_err(unreadable)?;
                    }
                    Word::Away => self.view.away(),
                },
            }
        }
    }

    /// Replays what the client missed, or tells it to start again.
    async fn resume(&mut self, after: i64, now: DateTime<Utc>) -> Result<(), End> {
        // Read from the client's own event on: one that is no longer there was purged,
        // or belongs to a future that a restore undid.
        let from = self.view.events_after(after - 1, REPLAY + 2).await.map_err(unreadable)?;
        let missed = match from.split_first() {
            _ if after == 0 => &from[..],
            Some((known, missed)) if known.seq == after => missed,
            _ => return self.reset(Why::Gap).await,
        };
        let is_too_old = missed.first().is_some_and(|event| now - event.at > MEMORY);
        if missed.len() > REPLAY || is_too_old {
            return self.reset(Why::Gap).await;
        }
        for event in missed {
            self.show(event).await?;
        }
        let seen = missed.last().map_or(after, |event| event.seq);
        self.feed.move_to(seen);
        Ok(())
    }

    async fn show(&mut self, event: &Event) -> Result<(), End> {
        match self.view.show(event).await.map_err(unreadable)? {
            Shown::Nothing => Ok(()),
            Shown::Frame(text) => {
                self.silent_until = self.silent_until.max(event.seq);
                self.count_soon();
                self.send_text(text).await
            }
            Shown::SignedOut => Err(End::Close(Close::SignedOut)),
        }
    }

    /// Shows the events of a thread in full from now on, and those again that
    /// came while it was on its way to the screen.
    async fn watch(&mut self, conversation: ConversationId, after: i64) -> Result<(), End> {
        self.view.watch(conversation);
        let since = self.view.events_after(after, REPLAY + 1).await.map_err(unreadable)?;
        if since.len() > REPLAY {
            return self.reset(Why::Gap).await;
        }
        let cursor = self.feed.cursor();
        let is_of_thread = |event: &&Event| event.event.conversation_id == Some(conversation);
        for event in since.iter().filter(is_of_thread).take_while(|event| event.seq <= cursor) {
            self.show(event).await?;
        }
        Ok(())
    }

    fn count_soon(&mut self) {
        self.count_at.get_or_insert_with(|| Instant::now() + self.pace.count);
    }

    async fn count(&mut self) -> Result<(), End> {
        self.count_at = None;
        match self.view.counts().await.map_err(unreadable)? {
            Some(text) => self.send_text(text).await,
            None => Ok(()),
        }
    }

    async fn reset(&mut self, why: Why) -> Result<(), End> {
        self.silent_until = self.feed.cursor();
        self.send(Frame::Reset { why }).await?;
        self.send(Frame::At { id: self.feed.cursor() }).await
    }

    /// Says that the line works, and moves the client's cursor over what it may
    /// not see, so that a reconnect does not ask for that again.
    async fn beat(&mut self) -> Result<(), End> {
        let cursor = self.feed.cursor();
        if cursor > self.silent_until {
            self.silent_until = cursor;
            self.send(Frame::At { id: cursor }).await?;
        }
        self.send(Frame::Hb).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        self.send_text(frame.json()).await
    }

    async fn send_text(&mut self, text: ByteString) -> Result<(), End> {
        within(self.pace.send, self.wire.text(text)).await
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn within(time: Duration, work: impl Future<Output = Result<(), Gone>>) -> Result<(), End> {
    match timeout(time, work).await {
        Ok(sent) => Ok(sent?),
        Err(_elapsed) => Err(End::Close(Close::TryAgain)),
    }
}

fn unreadable(error: impl Display) -> End {
    tracing::error!(%error, "a live socket is closed because the database cannot be read");
    End::Close(Close::TryAgain)
}

#[cfg(test)]
mod tests;
