//! The thread that alone touches the file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::file::JournalFile;
use super::{JournalError, State};

/// Records brought to disk by one fsync.
const BATCH: usize = 256;

type Written = oneshot::Sender<Result<(), JournalError>>;
type Found = Vec<(Uuid, Vec<u8>, u64)>;

pub enum Ask {
    Append { record: Vec<u8>, reply: Written },
    Read { most: usize, reply: oneshot::Sender<io::Result<Found>> },
    Probe,
    Done { end: u64, reply: oneshot::Sender<io::Result<()>> },
}

pub struct Scribe {
    file: JournalFile,
    inbox: mpsc::Receiver<Ask>,
    state: Arc<State>,
}

impl Scribe {
    pub fn new(file: JournalFile, inbox: mpsc::Receiver<Ask>, state: Arc<State>) -> Self {
        let scribe = Self { file, inbox, state };
        scribe.tell();
        scribe
    }

    /// Works until every `Journal` is gone.
    pub fn run(mut self) {
        let mut next = None;
        while let Some(ask) = next.take().or_else(|| self.inbox.blocking_recv()) {
            // Callers that have gone away are none of the scribe's business.
            match ask {
                Ask::Append { record, reply } => next = self.append(record, reply),
                Ask::Read { most, reply } => drop(reply.send(self.file.read(most))),
                Ask::Probe => {
                    let failing = self.file.probe().is_err();
                    self.state.failing.store(failing, Ordering::Relaxed);
                }
                Ask::Done { end, reply } => {
                    let done = self.file.done(end);
                    self.tell();
                    drop(reply.send(done));
                }
            }
        }
    }

    /// Writes this record and those behind it; what was asked for next.
    fn append(&mut self, first: Vec<u8>, reply: Written) -> Option<Ask> {
        let (mut together, mut replies, mut next) = (first, vec![reply], None);
        if !self.file.has_room(together.len()) {
            replies.into_iter().for_each(|reply| drop(reply.send(Err(JournalError::Full))));
            return None;
        }
        while replies.len() < BATCH {
            match self.inbox.try_recv() {
                Ok(Ask::Append { record, reply })
                    if self.file.has_room(together.len() + record.len()) =>
                {
                    together.extend_from_slice(&record);
                    replies.push(reply);
                }
                Ok(other) => {
                    next = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let written = self.file.append(&together, replies.len() as u64);
        self.state.failing.store(written.is_err(), Ordering::Relaxed);
        self.tell();
        if let Err(error) = &written {
            tracing::error!(%error, records = replies.len(), "nothing could be kept");
        }
        for reply in replies {
            let told = match &written {
                Ok(()) => Ok(()),
                Err(JournalError::Unwritable(error)) => {
                    Err(io::Error::new(error.kind(), error.to_string()).into())
                }
                Err(JournalError::Full) => Err(JournalError::Full),
            };
            drop(reply.send(told));
        }
        next
    }

    fn tell(&self) {
        self.state.waiting.send_replace(self.file.waiting());
        self.state.bytes.store(self.file.bytes(), Ordering::Relaxed);
    }
}
