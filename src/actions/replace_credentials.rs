//! A provider account gets new credentials.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ProviderAccountId;
use crate::domain::user::Caller;
use crate::providers::Settings;
use crate::store::audit::Object;
use crate::store::{StoreError, provider_accounts};

use super::settings::check_settings;
use super::{ActionError, Problem, access};

const TOKEN: &str = "auth_token";
const PREVIOUS: &str = "previous_auth_token";

/// Replaces the settings named in `new`; all others stay.
///
/// With `keep_previous`, webhooks signed with the token there was are believed
/// until the next change, while the provider switches over. The log says which
/// settings were replaced, and nothing ever gives out what is stored.
///
/// # Errors
/// `NotFound` for the simulator, whose secret is nobody's business; `Invalid`
/// names the setting that cannot be, or the token where there is nothing new.
pub async fn run(
    app: &App,
    caller: Caller,
    id: ProviderAccountId,
    new: Settings,
    keep_previous: bool,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let providers = app.providers.clone();
    app.store
        .write(move |tx| {
            let mut account = provider_accounts::find(tx, id)?;
            if account.kind == "simulator" {
                return Err(StoreError::NotFound.into());
            }
            if new.is_empty() {
                return Err(ActionError::invalid(TOKEN, Problem::Missing));
            }
            if let Some(token) = new.get(TOKEN) {
                let old = account.settings.get(TOKEN).filter(|old| *old != token).cloned();
                account.settings.remove(PREVIOUS);
                if let (Some(old), true) = (old, keep_previous) {
                    account.settings.insert(PREVIOUS.to_owned(), old);
                }
            }
            account.settings.extend(new.clone());
            check_settings(&providers, &account.kind, &account.settings)?;
            provider_accounts::update_settings(tx, &account)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let object = Object::new("provider_account", id.0);
            let replaced: Vec<&str> = new.keys().map(String::as_str).collect();
            tx.audit_with(&caller.actor, "provider.change", object, replaced.join(" "));
            Ok(())
        })
        .await
}
