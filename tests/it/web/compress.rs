//! What leaves packed, what must not, and that the form token hides in it.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::{Method, RequestBuilder};

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO};

const HANDSET: &str = "+819012345678";

/// An answer as it came over the wire.
struct Raw {
    status: u16,
    coding: String,
    vary: String,
    bytes: Vec<u8>,
}

impl Raw {
    async fn to(request: RequestBuilder) -> Self {
        let answer = request.header("accept-encoding", "gzip, br").send().await.unwrap();
        let header = |name| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        Self {
            status: answer.status().as_u16(),
            coding: header("content-encoding"),
            vary: header("vary"),
            bytes: answer.bytes().await.unwrap().to_vec(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        match self.coding.as_str() {
            "gzip" => GzDecoder::new(&self.bytes[..]).read_to_string(&mut text).unwrap(),
            _ => (&self.bytes[..]).read_to_string(&mut text).unwrap(),
        };
        text
    }
}

async fn got(browser: &Browser, path: &str) -> Raw {
    Raw::to(browser.request(Method::GET, path)).await
}

#[tokio::test]
async fn a_page_leaves_packed_and_reads_the_same() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("在庫はありますか").await;
    for path in [
        "/conversations".to_owned(),
        "/conversations?view=all".to_owned(),
        format!("/conversations/{conversation}?view=waiting"),
        "/settings/preferences".to_owned(),
    ] {
        let page = got(&sato, &path).await;
        assert_eq!((page.status, page.coding.as_str()), (200, "gzip"), "{path}");
        assert_eq!(page.vary, "accept-encoding", "{path}");
        assert!(page.text().starts_with("<!doctype html>"), "{path}: {}", page.text());
        assert!(page.bytes.len() * 2 < page.text().len(), "{path} is hardly smaller");
    }
    let page = got(&sato, &format!("/conversations/{conversation}")).await;
    assert!(page.text().contains("在庫はありますか"));

    let request = sato.request(Method::GET, "/conversations").header("accept-encoding", "gzip;q=0");
    let plain = request.send().await.unwrap();
    assert_eq!(plain.headers()["vary"], "accept-encoding");
    assert!(plain.headers().get("content-encoding").is_none());
    assert!(plain.text().await.unwrap().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn what_shows_a_strangers_words_beside_a_secret_leaves_as_it_is() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let form = |path, fields: &[(&str, &str)]| admin.form(path, fields);
    let long = "x".repeat(2_000);
    for (what, status, request) in [
        ("typed into a form", 422, form("/conversations", &[("to", "090"), ("body", &long)])),
        (
            "an address that fills a form in",
            200,
            admin.request(Method::GET, &format!("/conversations/new?to={long}")),
        ),
        (
            "the sign-in that leads on",
            200,
            Browser::new(&app).request(Method::GET, "/session/new?return_to=/conversations/x"),
        ),
        (
            "a parameter of no page",
            200,
            admin.request(Method::GET, &format!("/conversations?view=all&guess={long}")),
        ),
        (
            "an error",
            404,
            admin.request(Method::GET, &format!("/{long}")).header("accept", "text/html"),
        ),
        ("a program's answer", 200, admin.request(Method::GET, "/api/v1/openapi.json")),
        ("live events", 200, admin.request(Method::GET, "/events?after=0&wait=0")),
    ] {
        let answer = Raw::to(request).await;
        assert_eq!((answer.status, answer.coding.as_str()), (status, ""), "{what}");
        assert!(!answer.bytes.is_empty(), "{what}");
    }
}

#[tokio::test]
async fn no_two_answers_show_the_same_token_or_length() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let (mut tokens, mut lengths) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..24 {
        let page = got(&sato, "/settings/preferences").await;
        let text = page.text();
        let at = text.find("name=\"csrf\" content=\"").unwrap() + 21;
        let token = text[at..at + 86].to_owned();
        let fields = [("_method", "PUT"), ("theme", "dark"), ("csrf", token.as_str())];
        let request = sato.request(Method::POST, "/settings/preferences").form(&fields);
        assert_eq!(request.send().await.unwrap().status(), 303, "{token} opens the form");
        tokens.insert(token);
        lengths.insert(page.bytes.len());
    }
    assert_eq!(tokens.len(), 24);
    // 24 draws of 128 lengths meet in 10 or fewer less than once in 10^12 runs.
    assert!(lengths.len() > 10, "{lengths:?}");
}
