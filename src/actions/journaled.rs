//! A webhook arrives while the database is away: it is kept in the journal, and
//! taken from there when the database is back.
//!
//! While anything waits in the journal, newcomers of this node queue up behind
//! it: of one handset, nothing overtakes what was acknowledged before it.
//! Texts of different handsets are taken side by side. Across nodes there is no
//! such order, as there is none between two webhooks under way at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::quarantine::{self, Route};
use super::{ActionError, receive_inbound, record_receipts};
use crate::app::App;
use crate::domain::id::{ProviderAccountId, QuarantineId};
use crate::domain::inbound::{InboundMessage, Receipt};
use crate::domain::opt_out::recognise;
use crate::journal::{Journal, JournalError, Kept};
use crate::providers::HookRequest;
use crate::store::provider_accounts::{self, ProviderAccount};

/// Records read at a time: as many as the writer puts into one commit.
const BATCH: usize = 256;

/// A request as it lies in the journal, and what it takes to read it again.
#[derive(Serialize, Deserialize)]
struct Waiting {
    account: uuid::Uuid,
    route: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    received_at: DateTime<Utc>,
}

/// Keeps a request that was verified. When this returns, it may be acknowledged.
pub async fn keep(
    journal: &Journal,
    account: ProviderAccountId,
    route: Route,
    request: &HookRequest,
) -> Result<(), JournalError> {
    let waiting = Waiting {
        account: account.0,
        route: route.word().to_owned(),
        method: request.method.clone(),
        url: request.url.clone(),
        headers: request.headers.clone(),
        body: request.body.to_vec(),
        received_at: request.received_at,
    };
    let json = serde_json::to_vec(&waiting).expect("strings and bytes always serialise");
    journal.append(&json).await
}

/// Brings the oldest records into the database; how many.
///
/// # Errors
/// When the database is away (again): what was not taken stays where it is.
/// Taken twice, after a crash, a text is known by its provider's id.
pub async fn replay(app: &App, journal: &Journal) -> Result<usize, ActionError> {
    let kept = journal.oldest(BATCH).await.map_err(ActionError::Journal)?;
    if kept.is_empty() {
        return Ok(0);
    }
    let accounts: HashMap<ProviderAccountId, ProviderAccount> = app
        .store
        .read(provider_accounts::all)
        .await?
        .into_iter()
        .map(|account| (account.id, account))
        .collect();
    let taken = kept.len();
    for wave in waves(kept.iter().map(|kept| Turn::of(app, &accounts, kept)).collect()) {
        let end = wave.iter().map(|turn| turn.end).max().unwrap_or_default();
        for taken in join_all(wave.into_iter().map(|turn| turn.take(app))).await {
            taken?;
        }
        journal.done(end).await.map_err(ActionError::Journal)?;
    }
    Ok(taken)
}

/// One record and what it says.
struct Turn {
    id: QuarantineId,
    end: u64,
    /// None if it was removed in the meantime.
    account: Option<ProviderAccountId>,
    route: Route,
    request: HookRequest,
    says: Result<Said, String>,
}

enum Said {
    Texts(Vec<InboundMessage>),
    Receipts(Vec<Receipt>),
}

impl Turn {
    fn of(app: &App, accounts: &HashMap<ProviderAccountId, ProviderAccount>, kept: &Kept) -> Self {
        let waiting: Waiting =
            serde_json::from_slice(&kept.what).expect("what opens is what we sealed");
        let account = accounts.get(&ProviderAccountId(waiting.account));
        let route = Route::from_word(&waiting.route).unwrap_or(Route::Inbound);
        let request = HookRequest {
            method: waiting.method,
            url: waiting.url,
            headers: waiting.headers,
            body: waiting.body.into(),
            received_at: waiting.received_at,
        };
        let says = account
            .and_then(|account| app.provider_of(account))
            .ok_or_else(|| "its account was removed while it waited".to_owned())
            .and_then(|(provider, _)| {
                let said = match route {
                    Route::Inbound => provider.parse_inbound(&request).map(Said::Texts),
                    Route::Receipts => provider.parse_receipts(&request).map(Said::Receipts),
                    Route::Voice => return Err("a phone call is over".to_owned()),
                    // Its sender offers it again instead.
                    Route::Application => return Err("it is of no account".to_owned()),
                };
                said.map_err(|error| error.to_string())
            });
        let account = account.map(|account| account.id);
        Self { id: QuarantineId(kept.id), end: kept.end, account, route, request, says }
    }

    /// The texts in it; a receipt is in nobody's way.
    fn texts(&self) -> &[InboundMessage] {
        match &self.says {
            Ok(Said::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Whether the store may put it behind others it waits with: it takes plain
    /// texts together, and those that do more than arrive after them.
    fn is_plain(&self) -> bool {
        match self.texts() {
            [only] => only.opt_out.is_none() && recognise(&only.body).is_none(),
            several => several.is_empty(),
        }
    }

    async fn take(self, app: &App) -> Result<(), ActionError> {
        let Self { id, account, route, request, says, .. } = self;
        let problem = match (says, account) {
            (Ok(said), Some(account)) => {
                match take(app, account, said, request.received_at).await {
                    Err(ActionError::Store(error)) if error.will_pass() => {
                        return Err(error.into());
                    }
                    Err(error) => error.to_string(),
                    Ok(()) => return Ok(()),
                }
            }
            (Err(problem), _) => problem,
            (Ok(_), None) => return Ok(()),
        };
        // It was acknowledged: in sight of a person rather than in everybody's way.
        quarantine::keep_as(app, id, account, route, request, problem).await
    }
}

async fn take(
    app: &App,
    account: ProviderAccountId,
    said: Said,
    received_at: DateTime<Utc>,
) -> Result<(), ActionError> {
    match said {
        Said::Texts(mut texts) => {
            // The row tells when it was filed; this, when it came.
            texts.iter_mut().for_each(|text| {
                text.sent_at.get_or_insert(received_at);
            });
            receive_inbound::run(app, account, texts).await.map(drop)
        }
        Said::Receipts(told) => record_receipts::run(app, account, told).await,
    }
}

/// In order; in no wave does a handset write twice, unless all of it is plain.
fn waves(turns: Vec<Turn>) -> Vec<Vec<Turn>> {
    let mut waves: Vec<Vec<Turn>> = Vec::new();
    let mut writing: HashMap<String, bool> = HashMap::new();
    for turn in turns {
        let plain = turn.is_plain();
        let before = |text: &InboundMessage| writing.get(&text.from).copied();
        let overtakes = |text| before(text).is_some_and(|was_plain| !(was_plain && plain));
        if waves.is_empty() || turn.texts().iter().any(overtakes) {
            writing.clear();
            waves.push(Vec::new());
        }
        writing.extend(turn.texts().iter().map(|text| (text.from.clone(), plain)));
        waves.last_mut().expect("one was pushed").push(turn);
    }
    waves
}
