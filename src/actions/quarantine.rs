//! A webhook request fails its check: it is kept, and a person may replay it.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ProviderAccountId, QuarantineId};
use crate::domain::user::Caller;
use crate::providers::HookRequest;
use crate::store::audit::Object;
use crate::store::quarantine::{self, Quarantined, RawRequest};
use crate::store::{StoreError, provider_accounts};

use super::{ActionError, Problem, access, applications, receive_inbound, record_receipts};

/// Which door of an account a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Inbound,
    Receipts,
    /// A step of a phone call.
    Voice,
    /// A job board's word of an applicant; of no account, but of a source.
    Application,
}

impl Route {
    pub fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Receipts => "receipts",
            Self::Voice => "voice",
            Self::Application => "application",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Inbound, Self::Receipts, Self::Voice, Self::Application];
        all.into_iter().find(|route| route.word() == word)
    }
}

/// Keeps a request that was not believed, raw and sealed.
pub async fn keep(
    app: &App,
    account: Option<ProviderAccountId>,
    route: Route,
    request: HookRequest,
    problem: String,
) -> Result<QuarantineId, ActionError> {
    let id = fresh_id();
    keep_as(app, id, account, route, request, problem).await?;
    Ok(id)
}

/// [`keep`] under an id that is known already: twice is once.
pub(super) async fn keep_as(
    app: &App,
    id: QuarantineId,
    account: Option<ProviderAccountId>,
    route: Route,
    request: HookRequest,
    problem: String,
) -> Result<(), ActionError> {
    let item = Quarantined {
        id,
        provider_account_id: account,
        route: route.word().to_owned(),
        request: RawRequest {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
        },
        problem,
        received_at: request.received_at,
        resolved_at: None,
        outcome: None,
        resolved_by: None,
    };
    app.store
        .write_vital(move |tx| {
            quarantine::insert_unless_seen(tx, &item)?;
            tx.event(NewEvent::new(EventKind::QuarantineAdded));
            Ok(())
        })
        .await
}

/// An administrator vouches for a request: it is taken as if it had passed.
///
/// # Errors
/// `Invalid { field: "request" }` if the provider's adapter cannot read it, `TooLate` if
/// it is of a phone call.
pub async fn replay(app: &App, caller: Caller, id: QuarantineId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let item = app.store.read(move |db| quarantine::find(db, id)).await?;
    if Route::from_word(&item.route) == Some(Route::Application) {
        return applications::sources::replay(app, caller, item).await;
    }
    let account = item.provider_account_id.ok_or(ActionError::Store(StoreError::NotFound))?;
    let account = app.store.read(move |db| provider_accounts::find(db, account)).await?;
    let unreadable = || ActionError::invalid("request", Problem::Malformed);
    let (provider, _) = app.provider_of(&account).ok_or_else(unreadable)?;
    let request = HookRequest {
        method: item.request.method,
        url: item.request.url,
        headers: item.request.headers,
        body: item.request.body,
        received_at: item.received_at,
    };
    let (mut texts, mut told) = (Vec::new(), Vec::new());
    match Route::from_word(&item.route).ok_or_else(unreadable)? {
        Route::Inbound => {
            texts = provider.parse_inbound(&request).map_err(|_parse| unreadable())?;
        }
        Route::Receipts => {
            told = provider.parse_receipts(&request).map_err(|_parse| unreadable())?;
        }
        // Who rang has long hung up.
        Route::Voice => return Err(ActionError::TooLate),
        // It has no account, and went another way above.
        Route::Application => return Err(unreadable()),
    }
    let account = account.id;
    app.store
        .write(move |tx| {
            for text in &texts {
                receive_inbound::receive(tx, account, text)?;
            }
            for receipt in &told {
                record_receipts::record(tx, account, receipt)?;
            }
            let now = tx.now;
            if !quarantine::resolve(tx, id, caller.user_id(), "replayed", now)? {
                return Err(ActionError::TooLate);
            }
            tx.audit(&caller.actor, "quarantine.replay", Object::new("quarantine", id.0));
            Ok(())
        })
        .await
}

/// An administrator decides that a request is worthless.
pub async fn discard(app: &App, caller: Caller, id: QuarantineId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            quarantine::find(tx, id)?;
            let now = tx.now;
            if !quarantine::resolve(tx, id, caller.user_id(), "discarded", now)? {
                return Err(ActionError::TooLate);
            }
            tx.audit(&caller.actor, "quarantine.discard", Object::new("quarantine", id.0));
            Ok(())
        })
        .await
}
