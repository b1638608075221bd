//! The JSON API: the house for programs.
//!
//! Every answer that is not a success is a problem document (RFC 9457). What a
//! token may do is read from the route table, so that table and check cannot
//! say different things; `openapi.json` is held to the same table by a test.

pub mod applications;
pub mod appointment_offers;
pub mod automatic_replies;
mod body;
pub mod consents;
pub mod contact_fields;
pub mod contacts;
pub mod conversations;
mod error;
pub mod events;
mod fields;
pub mod handoff_flows;
pub mod handoffs;
pub mod inboxes;
mod list;
pub mod messages;
mod query;
mod schema;
pub mod search;
pub mod simulator;
pub mod tags;
mod token;
mod unmatched;

pub use schema::openapi;
pub use unmatched::unmatched;

use body::Body;
use error::ApiError;
use list::List;
use query::Query;
use token::{Asker, Call};

use actix_web::HttpResponse;
use serde::Serialize;

type Answer = Result<HttpResponse, ApiError>;

fn ok(body: &impl Serialize) -> Answer {
    Ok(HttpResponse::Ok().json(body))
}

/// For members that are left out where they say nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}
