//! The ways to addresses that others gave us: one to the world, one to the operator's own
//! networks.

use std::sync::OnceLock;

use reqwest::{Client, Response};
use url::Url;

use super::{Timeouts, explain, http_client_to, plain_client_to};
use crate::outside::{AllowedOnly, Reachable};

/// Made when they are first wanted: that takes the certificates of the machine.
#[derive(Debug)]
pub struct Clients {
    patience: Timeouts,
    reachable: Reachable,
    secure: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
}

impl Clients {
    pub fn new(reachable: Reachable, patience: Timeouts) -> Self {
        Self { patience, reachable, secure: OnceLock::new(), plain: OnceLock::new() }
    }

    /// Whether that address may be called at all, and how it is written.
    pub fn address(&self, text: &str) -> Option<Url> {
        self.reachable.file(text)
    }

    /// # Errors
    /// Says why nothing can leave this machine.
    pub fn client(&self, url: &Url) -> Result<&Client, &str> {
        let (patience, reachable) = (self.patience, &self.reachable);
        let made = match url.scheme() {
            "https" => self
                .secure
                .get_or_init(|| http_client_to(patience, reachable.clone()).map_err(explain)),
            _ => self.plain.get_or_init(|| {
                plain_client_to(patience, AllowedOnly(reachable.clone())).map_err(explain)
            }),
        };
        made.as_ref().map_err(String::as_str)
    }

    /// Names are looked at when they are called, and addresses before; this asks who
    /// answered, so that there is no third way.
    pub fn may_answer(&self, url: &Url, answer: &Response) -> bool {
        answer.remote_addr().is_some_and(|peer| match url.scheme() {
            "http" => AllowedOnly(self.reachable.clone()).holds(peer.ip()),
            _ => self.reachable.holds(peer.ip()),
        })
    }
}
