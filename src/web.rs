//! Pages, webhooks, the JSON API and the live socket.
//!
//! Reads go through `store`, starting from what the asker may see; every write
//! goes through an action. Handlers turn requests into verbs and rows into
//! views, and decide nothing else.

mod about_senders;
pub mod api;
mod applications;
mod appointments;
pub mod assets;
mod candidate_pages;
mod client_address;
mod compress;
mod contacts;
mod conversations;
mod cookies;
mod csrf;
mod cursor;
mod error;
mod escalations;
mod events;
mod feeds;
mod form;
mod fragment;
mod handoff_flows;
mod headers;
mod health;
mod hook_request;
mod hooks;
mod link_host;
mod links;
mod live_socket;
mod messages;
mod metrics;
mod offline;
mod palette;
mod photos;
mod problem;
mod reply_forms;
mod reports;
pub mod routes;
mod search;
mod session;
mod sessions;
mod settings;
pub mod setup;
mod shell;
mod short_links;
mod simulator;
mod templates;
mod throttle;
mod times;
pub mod views;
mod words;

pub use compress::compress;
pub use error::present;
pub use form::guard;
pub use headers::{SecurityHeaders, secure};
pub use hooks::HookAccounts;
pub use link_host::keep_to_links;
pub use live_socket::{EventLog, Screens, follow_presence};
pub use metrics::count;
pub use throttle::Throttle;

/// What no route answers to.
pub async fn not_found(request: actix_web::HttpRequest) -> actix_web::HttpResponse {
    api::unmatched(request).await
}
