//! Words to a browser whose tabs are closed (RFC 8030): sealed for that browser
//! alone (RFC 8291), signed by us (RFC 8292), handed to the push service it named.

pub mod encryption;
mod service;
pub mod vapid;

pub use service::{Parcel, PushService};
