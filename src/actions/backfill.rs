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
    let mut new = 0;
    for text in listed {
        let received = receive_inbound::run(app, account.id, vec![text]).await?;
        new += received.iter().filter(|one| matches!(one, Received::New(_))).count();
    }
    let id = account.id;
    app.store
        .write(move |tx| {
            Ok::<_, ActionError>(provider_accounts::set_listed_until(tx, id, started)?)
        })
        .await?;
    Ok(new)
}
