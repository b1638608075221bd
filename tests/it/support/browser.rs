//! A browser: keeps its cookie, sends what browsers send, follows nothing.

use std::sync::Mutex;

use henji::domain::id::{ConversationId, MessageId};
use reqwest::{Method, RequestBuilder};
use uuid::Uuid;

use super::answer::Answer;
use super::test_app::{PUBLIC_URL, TestApp};

pub struct Browser {
    http: reqwest::Client,
    url: String,
    origin: String,
    session: Mutex<Session>,
}

#[derive(Clone, Debug, Default)]
struct Session {
    cookie: String,
    csrf: String,
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        Self::at(app.http.clone(), &app.url, PUBLIC_URL)
    }

    /// One that believes to speak with `origin`, and is led to `url`.
    pub fn at(http: reqwest::Client, url: &str, origin: &str) -> Self {
        let (url, origin) = (url.to_owned(), origin.to_owned());
        Self { http, url, origin, session: Mutex::default() }
    }

    /// The same browser, led to another node.
    pub fn led_to(&self, url: &str) -> Self {
        let session = Mutex::new(self.session.lock().unwrap().clone());
        let (http, origin) = (self.http.clone(), self.origin.clone());
        Self { http, url: url.to_owned(), origin, session }
    }

    /// Signs in, and learns the token of the session's forms from a page.
    pub async fn sign_in(&self, email: &str, password: &str) {
        let answer = self.post("/session", &[("email", email), ("password", password)]).await;
        let answer = answer.expect(303);
        let name = if self.origin.starts_with("https") { "__Host-sid" } else { "sid" };
        let cookie = cookie(&answer, name).expect("a session's cookie");
        self.session.lock().unwrap().cookie = cookie;
        let page = self.get("/settings/preferences").await.expect(200);
        let csrf = page.attribute("meta[name=csrf]", "content").expect("a form's token");
        self.session.lock().unwrap().csrf = csrf;
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// `__Host-sid=…`
    pub fn cookie(&self) -> String {
        self.session.lock().unwrap().cookie.clone()
    }

    pub fn csrf(&self) -> String {
        self.session.lock().unwrap().csrf.clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// What a script gets: a part of the page.
    pub async fn fragment(&self, path: &str, name: &str) -> Answer {
        Answer::to(self.request(Method::GET, path).header("x-fragment", name)).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::to(self.form(path, fields)).await
    }

    /// As a form without scripts does it: by the hidden field `_method`.
    pub async fn put(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, &[&[("_method", "PUT")], fields].concat()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.post(path, &[("_method", "DELETE")]).await
    }

    /// Answers in a conversation, having seen everything.
    pub async fn reply(&self, conversation: ConversationId, body: &str) -> MessageId {
        let client_id = Uuid::now_v7().to_string();
        let fields = [("body", body), ("client_message_id", client_id.as_str())];
        let path = format!("/conversations/{conversation}/messages");
        let answer = Answer::to(self.form(&path, &fields).header("x-fragment", "message")).await;
        let bubble = answer.expect(200);
        bubble.attribute("li.line", "data-id").expect("a bubble").parse().unwrap()
    }

    pub async fn note(&self, conversation: ConversationId, body: &str) {
        let path = format!("/conversations/{conversation}/notes");
        self.post(&path, &[("body", body)]).await.expect(303);
    }

    /// A form with the session's token, as one of our own pages sends it.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let csrf = self.csrf();
        let mut fields = fields.to_vec();
        if !csrf.is_empty() {
            fields.push(("csrf", &csrf));
        }
        self.request(Method::POST, path).form(&fields)
    }

    /// Cookie and origin, nothing more.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        let cookie = self.cookie();
        if !cookie.is_empty() {
            request = request.header("cookie", cookie);
        }
        request.header("origin", &self.origin)
    }
}

/// `name=value` of a cookie the answer sets.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned())
        .find(|cookie| cookie.starts_with(&format!("{name}=")))
}
