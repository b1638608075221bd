//! What was missed while we were away is fetched from the provider's own list.
//!
//! Twilio gives up after one retry by default; its list still holds the text.
//! Texts we have already are known by their provider's id.

use chrono::TimeDelta;

use crate::app::App;
use crate::store::provider_accounts::{self, ProviderAccount};

use super::receive_inbound::Received;
use super::{ActionError, receive_inbound};

/// Looks back further than the last list reached: providers show texts late.
const OVERLAP: TimeDelta = TimeDelta::hours(1);

/// Reads one account's list; how many texts were new.
pub async fn run(app: &App, account: ProviderAccount) -> Result<usize, ActionError> {
    let started = app.clock.now();
    let Some((provider, full)) = app.provider_of(&account) else { return Ok(0) };
    let listed = match provider.list_inbound(&full, account.listed_until - OVERLAP).await {
        Ok(Some(listed)) => listed,
        Ok(None) => return Ok(0),
        Err(error) => {
            tracing::warn!(provider_account.id = %account.id, error = %error, "back-fill failed");
            return Ok(0);
        }
    };
    let (mut new, mut reached) = (0, started);
    for text in listed {
        let sent_at = text.sent_at.unwrap_or(account.listed_until);
        match receive_inbound::run(app, account.id, vec![text]).await {
            Ok(received) => {
                new += received.iter().filter(|one| matches!(one, Received::New(_))).count();
            }
            Err(ActionError::Store(error)) if error.will_pass() => return Err(error.into()),
            Err(error) => {
                // It must not keep the others out; the list is read again from there.
                tracing::error!(
                    provider_account.id = %account.id, error = %error,
                    "a listed text cannot be filed"
                );
                reached = reached.min(sent_at);
            }
        }
    }
    let id = account.id;
    app.store
        .write(move |tx| {
            Ok::<_, ActionError>(provider_accounts::set_listed_until(tx, id, reached)?)
        })
        .await?;
    Ok(new)
}
