//! Programs of others that are told what happens.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell, TimeView};

/// `GET /settings/webhooks`
#[derive(Template)]
#[template(path = "settings/webhooks/index.html")]
pub struct WebhooksPage {
    pub shell: Shell,
    pub webhooks: Vec<WebhookRowView>,
}

pub struct WebhookRowView {
    pub id: String,
    /// Host of the address: the rest of it may be a secret.
    pub host: String,
    /// Why nothing leaves for it, in words.
    pub pause: Option<&'static str>,
    pub waiting: i64,
    pub failed: i64,
}

/// `GET /settings/webhooks/new`, `GET /settings/webhooks/{id}`: fields `url`, `kind`,
/// `inbox`, `on`.
#[derive(Template)]
#[template(path = "settings/webhooks/form.html")]
pub struct WebhookPage {
    pub shell: Shell,
    /// Id and host, once it is kept.
    pub stored: Option<(String, String)>,
    /// Shown this once.
    pub secret: Option<String>,
    /// Why what was asked for cannot be done any more.
    pub refusal: Option<&'static str>,
    pub pause: Option<&'static str>,
    pub url: String,
    pub kinds: Vec<ChoiceView>,
    pub inboxes: Vec<ChoiceView>,
    pub is_on: bool,
    pub deliveries: Vec<ToldView>,
    pub has_failed: bool,
    /// Where older deliveries are.
    pub next: Option<String>,
    pub errors: FormErrors,
}

pub struct ToldView {
    pub id: String,
    pub at: TimeView,
    pub kind: String,
    pub state: &'static str,
    pub failure: Option<String>,
    /// When it is tried again.
    pub next: Option<TimeView>,
    pub is_open: bool,
}
