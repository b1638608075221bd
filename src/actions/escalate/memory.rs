//! What was looked at before and need not be looked at again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::id::{ConversationId, InboxId};
use crate::store::escalations::{Candidate, Kept};

/// Conversations remembered; beyond, all are forgotten and looked at once more.
const MOST: usize = 50_000;

/// In which conversations nobody has said the words of a step.
///
/// Without it every text of everybody who waits would be opened every second. What is
/// forgotten is read again: nothing depends on it but time.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<HashMap<Key, Looked>>>);

type Key = (ConversationId, usize);

/// By which policy, and after which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looked {
    inbox: InboxId,
    changed_at: DateTime<Utc>,
    last_inbound_at: Option<DateTime<Utc>>,
}

impl Memory {
    pub(super) fn is_unsaid(&self, kept: &Kept, step: usize, found: &Candidate) -> bool {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(&(found.wait.conversation, step)) == Some(&looked(kept, found))
    }

    pub(super) fn keep_unsaid(&self, kept: &Kept, step: usize, found: &Candidate) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= MOST {
            memory.clear();
        }
        memory.insert((found.wait.conversation, step), looked(kept, found));
    }
}

fn looked(kept: &Kept, found: &Candidate) -> Looked {
    Looked {
        inbox: kept.inbox,
        changed_at: kept.changed_at,
        last_inbound_at: found.last_inbound_at,
    }
}
