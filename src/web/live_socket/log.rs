//! The event log as live follows it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Screens;
use super::scene::read_scenes;
use crate::live::{Event, EventSource, Hub};
use crate::store::{Store, StoreError, events};

/// Reads the events and, where anybody watches, what they are about: once for
/// all of a commit, before the first socket asks.
pub struct EventLog {
    pub store: Store,
    pub hub: Hub,
    pub screens: Arc<Screens>,
}

impl EventSource for EventLog {
    type Error = StoreError;

    fn read_after(&self, seq: i64, limit: usize) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let is_watched = self.hub.sockets() > 0;
        Box::pin(async move {
            let (found, scenes) = self
                .store
                .read(move |db| {
                    let found = events::after(db, seq, limit)?;
                    let found: Vec<Event> = found.into_iter().map(live_event).collect();
                    let scenes = if is_watched { read_scenes(db, &found)? } else { Vec::new() };
                    Ok::<_, StoreError>((found, scenes))
                })
                .await?;
            for (seq, scene) in scenes {
                self.screens.read.keep(seq, scene);
            }
            Ok(found)
        })
    }
}

/// An event of the log as live passes it on.
pub fn live_event(event: events::Event) -> Event {
    Event { seq: event.seq, at: event.at, event: event.event }
}
