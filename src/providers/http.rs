//! The HTTP client adapters speak through, and how much of an answer they read.

use std::error::Error;
use std::sync::Once;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};

mod clients;

pub use clients::Clients;

/// How long a provider may take.
///
/// The default, 5 s to connect and 15 s in all, is the patience Twilio has with
/// us (providers.md 3.3): a text that takes longer is unknown, not slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(15) }
    }
}

/// A client that goes where it is told and nowhere else.
///
/// Redirects, proxies from the environment and repeats by itself are off: each
/// could carry a text or a password to a place nobody chose, or a text twice.
/// Fails where the machine has no root certificates.
pub fn http_client(timeouts: Timeouts) -> Result<Client, reqwest::Error> {
    builder(timeouts).build()
}

/// The same, to addresses only that `resolver` gives: for addresses that strangers name.
pub fn http_client_to(
    timeouts: Timeouts,
    resolver: impl Resolve + 'static,
) -> Result<Client, reqwest::Error> {
    builder(timeouts).dns_resolver(resolver).build()
}

/// The same for plain HTTP, which needs no root certificates.
pub fn plain_client_to(
    timeouts: Timeouts,
    resolver: impl Resolve + 'static,
) -> Result<Client, reqwest::Error> {
    builder(timeouts).tls_certs_only([]).dns_resolver(resolver).build()
}

/// The same for plain HTTP on this machine; needs no root certificates.
pub fn loopback_client(timeouts: Timeouts) -> Result<Client, reqwest::Error> {
    builder(timeouts).tls_certs_only([]).build()
}

fn builder(timeouts: Timeouts) -> ClientBuilder {
    static RING: Once = Once::new();
    RING.call_once(|| {
        // An error means that a provider is installed already: that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.whole)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("henji/", env!("CARGO_PKG_VERSION")))
}

/// Why an answer was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the answer is longer than {limit} bytes")]
    TooLong { limit: usize },
    /// What went wrong, as [`explain`] has it.
    #[error("{0}")]
    Broken(String),
}

impl From<ReadError> for String {
    fn from(error: ReadError) -> Self {
        error.to_string()
    }
}

/// Reads at most `limit` bytes of an answer; a longer one is an error.
pub async fn read_bounded(mut response: Response, limit: usize) -> Result<Bytes, ReadError> {
    let mut body = BytesMut::new();
    let broken = |error| ReadError::Broken(explain(error));
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > limit {
            return Err(ReadError::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What went wrong, down to the cause, without the URL (it holds account names).
pub fn explain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}
