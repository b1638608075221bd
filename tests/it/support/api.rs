//! A program that uses the JSON API.

use henji::domain::id::{ConversationId, MessageId};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::answer::Answer;
use super::test_app::TestApp;

#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
    inbox: String,
}

impl Api {
    pub fn new(app: &TestApp, token: &str) -> Self {
        Self {
            http: app.http.clone(),
            url: app.url.clone(),
            token: token.to_owned(),
            inbox: app.cast.reception.to_string(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token)
    }

    /// A text from 受付 to any number, with whatever else the API knows.
    pub fn order(&self, to: &str, body: &str, more: Value) -> Value {
        let mut order = json!({"inbox_id": self.inbox, "to": to, "body": body});
        for (name, value) in more.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    }

    pub async fn send(&self, to: &str, body: &str) -> MessageId {
        let order = self.order(to, body, json!({}));
        id(&self.post("/messages", order).await.expect(201).json()["id"]).into()
    }

    pub async fn message(&self, id: MessageId) -> Value {
        self.get(&format!("/messages/{id}")).await.expect(200).json()
    }

    pub async fn state_of(&self, message: MessageId) -> String {
        self.message(message).await["state"].as_str().unwrap().to_owned()
    }

    pub async fn conversation(&self, conversation: ConversationId) -> Value {
        self.get(&format!("/conversations/{conversation}")).await.expect(200).json()
    }

    /// Every conversation, page by page.
    pub async fn conversations(&self) -> Vec<Value> {
        self.all("/conversations?limit=200", "cursor").await
    }

    /// The whole timeline, oldest first.
    pub async fn timeline(&self, conversation: ConversationId) -> Vec<Value> {
        let path = format!("/conversations/{conversation}/messages?limit=200");
        let mut pages = Vec::new();
        let mut before = String::new();
        loop {
            let page = self.get(&format!("{path}{before}")).await.expect(200).json();
            let items = page["items"].as_array().unwrap().clone();
            pages.splice(0..0, items);
            match page["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => return pages,
            }
        }
    }

    /// The bodies of the texts of a timeline, oldest first.
    pub async fn texts(&self, conversation: ConversationId) -> Vec<String> {
        self.lines(conversation, "sms").await
    }

    /// The system lines of a timeline, oldest first.
    pub async fn system_lines(&self, conversation: ConversationId) -> Vec<String> {
        self.lines(conversation, "system").await
    }

    /// How the simulated carrier behaves from now on.
    pub async fn carrier(&self, behaviour: Value) {
        self.put("/simulator/behaviour", behaviour).await.expect(200);
    }

    /// The conversation with a number in 受付.
    pub async fn conversation_with(&self, number: &str) -> ConversationId {
        let found = self.conversations().await;
        let found = found
            .iter()
            .find(|found| found["contact"]["phone"] == number && found["inbox_id"] == self.inbox);
        id(&found.unwrap_or_else(|| panic!("no conversation with {number}"))["id"]).into()
    }

    async fn lines(&self, conversation: ConversationId, kind: &str) -> Vec<String> {
        let lines = self.timeline(conversation).await;
        let wanted = lines.iter().filter(|line| line["kind"] == kind);
        wanted.map(|line| line["body"].as_str().unwrap().to_owned()).collect()
    }

    async fn all(&self, path: &str, cursor: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.get(&format!("{path}{next}")).await.expect(200).json();
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(more) => next = format!("&{cursor}={more}"),
                None => return found,
            }
        }
    }
}

pub fn id(value: &Value) -> uuid::Uuid {
    value.as_str().unwrap_or_else(|| panic!("no id: {value}")).parse().unwrap()
}
