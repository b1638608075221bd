//! A handset of the simulated carrier writes to us.

use crate::app::App;
use crate::providers::simulator::HandsetError;
use crate::store::provider_accounts;

use super::ActionError;
use super::settings::tell_simulator;

/// A text on its way from a handset.
#[derive(Clone, Debug)]
pub struct HandsetSms {
    pub from: String,
    /// One of our addresses, as it is stored.
    pub to: String,
    pub body: String,
    /// The carrier's id of it, where the sender names one.
    pub provider_message_id: Option<String>,
}

/// Sends it; the carrier's id. Returns once the carrier's journal holds it.
///
/// Accounts and numbers may have been added by another process, such as a
/// command beside the running server. So an address that the carrier does not
/// know is looked up once more; callers pass only addresses that exist, which
/// is why strangers cannot make us look.
pub async fn run(app: &App, text: HandsetSms) -> Result<Result<String, HandsetError>, ActionError> {
    match send(app, text.clone()).await {
        Err(HandsetError::NotOurs(_)) => {}
        sent => return Ok(sent),
    }
    for account in app.store.read(provider_accounts::all).await? {
        tell_simulator(app, account).await?;
    }
    Ok(send(app, text).await)
}

/// The journal is written with fsync: not on a thread that answers requests.
async fn send(app: &App, text: HandsetSms) -> Result<String, HandsetError> {
    let simulator = app.simulator.clone();
    let HandsetSms { from, to, body, provider_message_id } = text;
    let sent = tokio::task::spawn_blocking(move || {
        simulator.handset_sends(&from, &to, &body, provider_message_id)
    });
    sent.await.expect("the simulator does not panic")
}
