//! The journal and the memory of it, always in step.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::journal::Journal;
use super::record::{HandsetMessage, HandsetText, HookKind, Record};
use crate::domain::delivery::ReceiptStatus;

/// Every text the carrier ever carried. What is remembered is in the journal.
pub struct Ledger {
    journal: Arc<dyn Journal>,
    history: Mutex<History>,
}

#[derive(Default)]
pub struct History {
    pub received: Vec<HandsetMessage>,
    pub sent: Vec<HandsetText>,
    received_by: HashMap<String, Vec<usize>>,
    sent_index: HashMap<String, usize>,
    settled: HashSet<(HookKind, String)>,
}

impl Ledger {
    /// Reads the journal back; a line that cannot be read is an error.
    pub fn open(journal: Arc<dyn Journal>) -> io::Result<Self> {
        let mut history = History::default();
        for line in journal.read_all()? {
            let record = serde_json::from_slice(&line)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            history.apply(record);
        }
        Ok(Self { journal, history: Mutex::new(history) })
    }

    pub fn append(&self, record: Record) -> io::Result<()> {
        // One lock over both: the order in memory is the order on disk.
        let mut history = self.history();
        self.journal.append(&serde_json::to_vec(&record).map_err(io::Error::other)?)?;
        history.apply(record);
        Ok(())
    }

    pub fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().expect("no code panics while it holds the history")
    }
}

impl History {
    /// What this handset received, in order.
    pub fn received_by(&self, number: &str) -> Vec<HandsetMessage> {
        let indices = self.received_by.get(number).map(Vec::as_slice).unwrap_or_default();
        indices.iter().map(|index| self.received[*index].clone()).collect()
    }

    pub fn handsets(&self) -> Vec<String> {
        let senders = self.sent.iter().map(|text| &text.from);
        let numbers: BTreeSet<&String> = self.received_by.keys().chain(senders).collect();
        numbers.into_iter().cloned().collect()
    }

    /// Whether a handset's text of that id is known already.
    pub fn knows(&self, provider_ref: &str) -> bool {
        self.sent_index.contains_key(provider_ref)
    }

    /// The texts whose webhook was under way when the process ended.
    pub fn unsettled(&self) -> (Vec<HandsetText>, Vec<HandsetMessage>) {
        let open = |hook, id: &String| !self.settled.contains(&(hook, id.clone()));
        let texts = self.sent.iter().filter(|text| open(HookKind::Inbound, &text.provider_ref));
        let receipts = self.received.iter().filter(|message| {
            message.receipt.is_some() && open(HookKind::Receipt, &message.provider_ref)
        });
        (texts.cloned().collect(), receipts.cloned().collect())
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Received { provider_ref, reference, account, from, to, body, at, receipt } => {
                self.received_by.entry(to.clone()).or_default().push(self.received.len());
                self.received.push(HandsetMessage {
                    provider_ref,
                    reference: reference.into(),
                    account: account.into(),
                    from,
                    to,
                    body,
                    at,
                    receipt: receipt.as_deref().and_then(ReceiptStatus::from_word),
                });
            }
            Record::Sent { provider_ref, account, from, to, body, at } => {
                self.sent_index.insert(provider_ref.clone(), self.sent.len());
                self.sent.push(HandsetText {
                    provider_ref,
                    account: account.into(),
                    from,
                    to,
                    body,
                    at,
                    acknowledged: false,
                });
            }
            Record::Settled { hook, provider_ref, acknowledged } => {
                let sent = self.sent_index.get(&provider_ref).filter(|_| hook == HookKind::Inbound);
                if let Some(index) = sent {
                    self.sent[*index].acknowledged |= acknowledged;
                }
                self.settled.insert((hook, provider_ref));
            }
        }
    }
}
