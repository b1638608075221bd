//! An administrator asks a provider whether it still knows us.

use crate::app::App;
use crate::domain::account_check::CheckOutcome;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ProviderAccountId;
use crate::domain::user::Caller;
use crate::store::StoreError;
use crate::store::audit::Object;
use crate::store::provider_accounts::{self, CHECKED};

use super::{ActionError, access};

/// Asks now, outside any transaction; what it came to is kept by the audit log.
pub async fn run(
    app: &App,
    caller: Caller,
    id: ProviderAccountId,
) -> Result<CheckOutcome, ActionError> {
    access::must_administer(&caller)?;
    let account = app.store.read(move |db| provider_accounts::find(db, id)).await?;
    let (provider, full) = app.provider_of(&account).ok_or(StoreError::NotFound)?;
    let outcome = provider.check(&full, app.clock.now()).await;
    app.store
        .write(move |tx| {
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let object = Object::new("provider_account", id.0);
            tx.audit_with(&caller.actor, CHECKED, object, outcome.word().to_owned());
            Ok(outcome)
        })
        .await
}
