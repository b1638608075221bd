//! The texts Twilio holds for us: what its webhooks could not bring while we
//! were away (providers.md 3.1).

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Client;
use serde::Deserialize;
use url::Url;

use super::{client, errors, receipt, settings};
use crate::domain::account_check::CheckOutcome;
use crate::domain::inbound::{InboundMessage, ListedText};
use crate::providers::http::{explain, read_bounded};
use crate::providers::{Account, ListError};

const PAGE_SIZE: &str = "100";

/// 100 texts of 1,600 characters, each written as `\uXXXX`, and their frames.
const PAGE_LIMIT: usize = 2 * 1024 * 1024;

/// A list that does not end is an error, not a way to fill the memory.
const MOST_PAGES: usize = 1_000;

/// Every inbound text since `since`, oldest first; all of them or an error.
pub async fn inbound_since(
    http: &Client,
    account: &Account,
    since: DateTime<Utc>,
) -> Result<Vec<InboundMessage>, ListError> {
    let entries = entries_since(http, account, since).await?;
    Ok(entries.into_iter().filter_map(Entry::inbound).collect())
}

/// Every text of ours since `since`, oldest first; all of them or an error. The
/// list does not hold what we put into the callback's address.
pub async fn outbound_since(
    http: &Client,
    account: &Account,
    since: DateTime<Utc>,
) -> Result<Vec<ListedText>, ListError> {
    let entries = entries_since(http, account, since).await?;
    Ok(entries.into_iter().filter_map(Entry::outbound).collect())
}

/// Reads a list of one text: every key that may send or list may do that.
pub async fn check(http: &Client, account: &Account) -> CheckOutcome {
    let Ok(mut url) = settings::messages_url(account) else { return CheckOutcome::Credentials };
    url.query_pairs_mut().append_pair("PageSize", "1");
    match client::authorized(http.get(url), account).send().await {
        Ok(response) => CheckOutcome::of_status(response.status().as_u16()),
        Err(_no_answer) => CheckOutcome::Unreachable,
    }
}

async fn entries_since(
    http: &Client,
    account: &Account,
    since: DateTime<Utc>,
) -> Result<Vec<Entry>, ListError> {
    let mut next = Some(first_page(account, since)?);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some(url) = next {
        if seen.len() == MOST_PAGES || !seen.insert(url.to_string()) {
            return Err(ListError("the list does not end".to_owned()));
        }
        let page = read_page(http, account, url.clone()).await?;
        next = page.next_page_uri.as_deref().map(|uri| following(&url, uri)).transpose()?;
        found.extend(page.messages);
    }
    found.reverse();
    Ok(found)
}

fn first_page(account: &Account, since: DateTime<Utc>) -> Result<Url, ListError> {
    let mut url = settings::messages_url(account).map_err(|error| ListError(error.to_string()))?;
    // The name holds the comparison: on the wire it reads `DateSent%3E=2026-…`.
    url.query_pairs_mut()
        .append_pair("DateSent>", &since.to_rfc3339_opts(SecondsFormat::Secs, true))
        .append_pair("PageSize", PAGE_SIZE);
    Ok(url)
}

/// The next page, on the same host: the auth token goes there with us.
fn following(page: &Url, uri: &str) -> Result<Url, ListError> {
    let next = page.join(uri).map_err(|error| ListError(format!("next_page_uri: {error}")))?;
    if next.origin() == page.origin() {
        Ok(next)
    } else {
        Err(ListError("next_page_uri leads to another host".to_owned()))
    }
}

async fn read_page(http: &Client, account: &Account, url: Url) -> Result<Page, ListError> {
    let response = client::authorized(http.get(url), account)
        .send()
        .await
        .map_err(|error| ListError(explain(error)))?;
    let status = response.status();
    if !status.is_success() {
        return Err(ListError(format!("HTTP {}", status.as_u16())));
    }
    let body = read_bounded(response, PAGE_LIMIT).await;
    let body = body.map_err(|error| ListError(error.into()))?;
    serde_json::from_slice(&body).map_err(|error| ListError(error.to_string()))
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<Entry>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    sid: String,
    direction: String,
    from: Option<String>,
    to: Option<String>,
    body: Option<String>,
    date_sent: Option<String>,
    date_created: Option<String>,
    status: Option<String>,
    error_code: Option<i64>,
}

impl Entry {
    /// `None` for our own texts (`outbound-api`, `outbound-reply`, …).
    fn inbound(self) -> Option<InboundMessage> {
        if self.direction != "inbound" {
            return None;
        }
        Some(InboundMessage {
            provider_ref: self.sid,
            from: self.from?,
            to: self.to?,
            body: self.body.unwrap_or_default(),
            sent_at: self.date_sent.and_then(|date| rfc_2822(&date)),
            opt_out: None,
        })
    }

    fn outbound(self) -> Option<ListedText> {
        if !self.direction.starts_with("outbound") {
            return None;
        }
        let error = self.error_code.and_then(|code| code.try_into().ok()).filter(|code| *code != 0);
        Some(ListedText {
            provider_ref: self.sid,
            message_id: None,
            from: self.from?,
            to: self.to?,
            body: self.body.unwrap_or_default(),
            taken_at: self.date_created.or(self.date_sent).and_then(|date| rfc_2822(&date)),
            status: receipt::status(&self.status.unwrap_or_default()),
            reason: error.map(errors::reason),
        })
    }
}

fn rfc_2822(date: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(date).ok().map(|at| at.to_utc())
}
