//! One task per socket: from the event log to the wire.
//!
//! Knows neither the web framework nor the templates: a [`Wire`] carries text
//! and a [`View`] says what its user may see.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, interval_at, timeout};

use super::close::Close;
use super::event::Event;
use super::frame::{Frame, Op, Why};
use super::hub::{Hub, Next, Subscription};
use super::sockets::Guard;
use crate::domain::id::ConversationId;

/// Events replayed to a returning client; beyond that a fresh page is cheaper.
pub const REPLAY: usize = 500;
/// How far back a client may resume.
pub const MEMORY: TimeDelta = TimeDelta::hours(72);

/// A line to one browser.
pub trait Wire {
    /// Sends one text frame; waits while the client is slow.
    fn text(&mut self, text: String) -> impl Future<Output = Result<(), Gone>>;
    fn ping(&mut self) -> impl Future<Output = Result<(), Gone>>;
    /// Answers pings until the client goes away. Safe to drop and call again.
    fn until_gone(&mut self) -> impl Future<Output = ()>;
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

    /// What `event` changes on this user's screen.
    fn show(&mut self, event: &Event) -> impl Future<Output = Result<Shown, Self::Error>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The user may not see it, or there is nothing to see.
    Nothing,
    Ops {
        conversation: Option<ConversationId>,
        ops: Vec<Op>,
    },
    /// The event ended this user's right to be here.
    SignedOut,
}

/// How often a socket speaks and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub heartbeat: Duration,
    pub ping: Duration,
    /// A client that takes no frame for this long is cut off (performance.md 6.3).
    pub send: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(25),
            ping: Duration::from_secs(20),
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
    let mut pump =
        Pump { feed: hub.subscribe(), wire: &mut *wire, view, pace, silent_until: start.after };
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
}

impl<W: Wire, V: View> Pump<'_, W, V> {
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

        let now = Instant::now();
        let mut heartbeat = interval_at(now + self.pace.heartbeat, self.pace.heartbeat);
        let mut ping = interval_at(now + self.pace.ping, self.pace.ping);
        loop {
            tokio::select! {
                next = self.feed.next() => match next {
                    Next::Event(event) => self.show(&event).await?,
                    Next::Lagged => self.reset(Why::Lag).await?,
                    Next::Closed => return Err(End::Close(Close::TryAgain)),
                },
                _ = heartbeat.tick() => self.beat().await?,
                _ = ping.tick() => within(self.pace.send, self.wire.ping()).await?,
                () = self.wire.until_gone() => return Err(End::Left),
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
            Shown::Ops { conversation, ops } => {
                self.silent_until = event.seq;
                let c = conversation.map(|id| id.to_string());
                self.send(Frame::Ev { id: event.seq, c, ops }).await
            }
            Shown::SignedOut => Err(End::Close(Close::SignedOut)),
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
        within(self.pace.send, self.wire.text(frame.json())).await
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
