//! A program at the JSON API, patient with a house that is being broken.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::world::{House, STUBBORN};
use crate::providers::http::{Timeouts, loopback_client};

const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(1), whole: Duration::from_secs(5) };
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: String,
    inbox: Uuid,
}

/// A message, as the database has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Message {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub direction: String,
    pub body: String,
    /// Nothing for notes and system lines.
    pub state: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// What has one is on every screen.
    pub conversation_id: Option<Uuid>,
}

#[derive(Deserialize)]
pub struct Events {
    pub events: Vec<Event>,
    pub next: i64,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Conversation {
    id: Uuid,
}

/// What came instead of the answer, and how often: enough to know whom to ask.
#[derive(Default)]
struct Answers(BTreeMap<String, u32>);

impl Answers {
    fn count(&mut self, sent: &reqwest::Result<reqwest::Response>) {
        let word = match sent {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(error) if error.is_timeout() => "time out".to_owned(),
            Err(error) if error.is_connect() => "no connection".to_owned(),
            Err(_) => "broken off".to_owned(),
        };
        *self.0.entry(word).or_default() += 1;
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.0.iter().map(|(word, count)| format!("{count} x {word}"));
        f.write_str(&counted.collect::<Vec<_>>().join(", "))
    }
}

impl Api {
    pub fn of(house: &House) -> anyhow::Result<Self> {
        let http = loopback_client(TIMEOUTS)?;
        let base = format!("{}/api/v1", house.url);
        Ok(Self { http, base, token: house.token.clone(), inbox: house.inbox.0 })
    }

    /// One try.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        if answer.status() != StatusCode::OK {
            bail!("{path} was answered with {}", answer.status());
        }
        Ok(answer.json().await?)
    }

    /// Tries until it is answered.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        patience: Duration,
    ) -> anyhow::Result<T> {
        let until = Instant::now() + patience;
        loop {
            match self.get(path).await {
                Err(error) if Instant::now() > until => return Err(error).context("no answer"),
                Err(_) => sleep(PAUSE).await,
                answered => return answered,
            }
        }
    }

    pub async fn events(&self, after: i64, wait: u64) -> anyhow::Result<Events> {
        self.get(&format!("/events?after={after}&wait={wait}&limit=1000")).await
    }

    /// Orders a text under `key` until there is an answer, which is its id.
    ///
    /// # Errors
    /// A refusal that no waiting mends.
    pub async fn order(
        &self,
        key: &str,
        to: &str,
        body: &str,
        patience: Duration,
    ) -> anyhow::Result<Uuid> {
        let until = Instant::now() + patience;
        let inbox = self.inbox;
        let order = json!({ "inbox_id": inbox, "to": to, "body": body, "sender": STUBBORN });
        let mut answers = Answers::default();
        loop {
            let url = format!("{}/messages", self.base);
            let request = self.http.post(url).bearer_auth(&self.token);
            let sent = request.header("idempotency-key", key).json(&order).send().await;
            answers.count(&sent);
            if let Ok(answer) = sent {
                let status = answer.status();
                let may_change = status.is_server_error()
                    || status == StatusCode::CONFLICT
                    || status == StatusCode::TOO_MANY_REQUESTS;
                match answer.json::<Value>().await {
                    Ok(made) if status == StatusCode::CREATED => {
                        let id = made["id"].as_str().and_then(|id| id.parse().ok());
                        return id.context("an order was answered without an id");
                    }
                    Ok(problem) if !may_change => bail!("{key} was refused: {problem}"),
                    _ => {}
                }
            }
            if Instant::now() > until {
                bail!("{key} was not answered within {} s, but {answers}", patience.as_secs());
            }
            sleep(PAUSE).await;
        }
    }

    /// The conversation that a text of ours to `to` opens.
    pub async fn open(&self, to: &str, patience: Duration) -> anyhow::Result<Uuid> {
        let body = format!("opening {to}");
        let id = self.order(&body, to, &body, patience).await?;
        let message: Message = self.ask(&format!("/messages/{id}"), patience).await?;
        Ok(message.conversation_id)
    }

    /// Every message of one conversation.
    pub async fn thread(&self, id: Uuid, patience: Duration) -> anyhow::Result<Vec<Message>> {
        self.pages(&format!("/conversations/{id}/messages?limit=200"), "before", patience).await
    }

    /// Every message of the house.
    pub async fn everything(&self, patience: Duration) -> anyhow::Result<Vec<Message>> {
        let mut messages = Vec::new();
        let conversations = "/conversations?limit=200";
        for Conversation { id } in self.pages(conversations, "cursor", patience).await? {
            messages.extend(self.thread(id, patience).await?);
        }
        Ok(messages)
    }

    /// The whole log.
    pub async fn log(&self, patience: Duration) -> anyhow::Result<Vec<Event>> {
        let mut log = Vec::new();
        let mut next = 0;
        loop {
            let path = format!("/events?after={next}&limit=1000");
            let page: Events = self.ask(&path, patience).await?;
            if page.events.is_empty() {
                return Ok(log);
            }
            log.extend(page.events);
            next = page.next;
        }
    }

    async fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        cursor: &str,
        patience: Duration,
    ) -> anyhow::Result<Vec<T>> {
        let mut found = Vec::new();
        let mut more = String::new();
        loop {
            let page: Page<T> = self.ask(&format!("{path}{more}"), patience).await?;
            found.extend(page.items);
            match page.next {
                Some(next) => more = format!("&{cursor}={next}"),
                None => return Ok(found),
            }
        }
    }
}
