//! A customer's phone at the simulated carrier.

use henji::domain::id::ConversationId;

use super::cast;
use super::test_app::TestApp;

pub struct Handset<'a> {
    app: &'a TestApp,
    pub number: String,
}

impl<'a> Handset<'a> {
    pub fn new(app: &'a TestApp, number: &str) -> Self {
        Self { app, number: number.to_owned() }
    }

    /// Sends a text to 受付 and waits until its webhook was taken.
    pub async fn sends(&self, body: &str) -> ConversationId {
        self.sends_to(cast::RECEPTION_NUMBER, body, None).await;
        self.conversation().await
    }

    /// With the provider's id of an earlier text, the carrier delivers it again.
    pub async fn sends_to(&self, to: &str, body: &str, provider_ref: Option<&str>) -> String {
        let again = provider_ref.map(str::to_owned);
        let sent = self.app.simulator.handset_sends(&self.number, to, body, again).unwrap();
        self.app.simulator.idle().await;
        sent
    }

    /// The conversation with 受付.
    pub async fn conversation(&self) -> ConversationId {
        self.app.api().conversation_with(&self.number).await
    }

    /// The texts that reached it, in order.
    pub fn received(&self) -> Vec<String> {
        self.app.simulator.handset(&self.number).into_iter().map(|text| text.body).collect()
    }
}
