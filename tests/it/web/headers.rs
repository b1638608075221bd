//! What every answer tells the browser; the matrix asks [`missing`] of each.

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::SATO;

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; media-src 'self'; connect-src 'self' wss://henji.example.jp; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app",
    ),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ("x-frame-options", "DENY"),
];

/// What those got by text are shown has no script and says nothing of itself.
const FOR_STRANGERS: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action \
                             'self' https: http:; base-uri 'none'; frame-ancestors 'none'";

/// Nothing runs in a picture that a stranger sent.
const FOR_PHOTOS: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What an answer to a request for `path` lacks, in words.
pub fn missing(answer: &Answer, path: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let is_for_strangers =
        ["/l/", "/f/", "/s/", "/about-senders"].iter().any(|start| path.starts_with(start));
    for (name, value) in HEADERS.iter().copied() {
        let value = match name {
            "content-security-policy" if is_for_strangers => FOR_STRANGERS,
            "content-security-policy" if path.starts_with("/photos/") => FOR_PHOTOS,
            "cross-origin-opener-policy" if path.starts_with("/photos/") => "unsafe-none",
            "referrer-policy" if is_for_strangers => "no-referrer",
            _ => value,
        };
        let found: Vec<_> = answer.headers.get_all(name).iter().collect();
        if found.len() != 1 || found[0] != value {
            missing.push(format!("{name} is {found:?}"));
        }
    }
    let is_static = path.starts_with("/static/") && answer.status == 200;
    let is_feed = path.starts_with("/feeds/") && answer.status == 200;
    let kept = if is_feed { "private, no-cache" } else { "no-store" };
    if !is_static && answer.header("cache-control") != kept {
        missing.push(format!("cache-control is {}", answer.header("cache-control")));
    }
    let kind = answer.header("content-type");
    if kind.contains("javascript") && !is_static && path != "/sw.js" {
        missing.push(format!("{kind} outside /static/"));
    }
    if !answer.text.is_empty() && kind.is_empty() {
        missing.push("no content-type".to_owned());
    }
    missing
}

#[tokio::test]
async fn errors_of_every_kind_carry_them_too() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let long = "x".repeat(70_000);
    let nowhere = sato.get("/nowhere").await;
    let patch = sato.request(reqwest::Method::PATCH, "/conversations");
    let wrong_method = Answer::to(patch.header("x-csrf", sato.csrf())).await;
    let wrong_id = sato.get("/conversations/not-an-id").await;
    let too_long = sato.post("/conversations", &[("body", &long)]).await;
    let refused = Answer::to(sato.request(reqwest::Method::POST, "/conversations")).await;
    let in_api = sato.get("/api/v1/nowhere").await;
    for (what, status, answer) in [
        ("nowhere", 404, nowhere),
        ("another method", 405, wrong_method),
        ("no id", 404, wrong_id),
        ("too long", 413, too_long),
        ("a forged form", 403, refused),
        ("nowhere in the API", 404, in_api),
    ] {
        let missing = missing(&answer, "/");
        assert!(missing.is_empty(), "{what}: {missing:?}");
        assert_eq!(answer.status, status, "{what}");
    }
}

#[tokio::test]
async fn every_refusal_has_words_of_its_own() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let long = "x".repeat(70_000);
    let odd = sato.post("/conversations/not-an-id/closure", &[]).await;
    let patch = sato.request(reqwest::Method::PATCH, "/conversations");
    let wrong_method = Answer::to(patch.header("x-csrf", sato.csrf())).await;
    let until = format!("/conversations/{}/snooze", uuid::Uuid::now_v7());
    let unreadable = sato.post(&until, &[("until", "some day")]).await;
    let too_long = sato.post("/conversations", &[("body", &long)]).await;
    let mut titles = std::collections::BTreeSet::new();
    for (status, answer) in [(404, odd), (405, wrong_method), (400, unreadable), (413, too_long)] {
        let answer = answer.expect(status);
        let title = answer.texts("h1").join("");
        assert_eq!(answer.texts("p.status"), [status.to_string()]);
        assert!(!title.is_empty() && titles.insert(title.clone()), "{status}: {title}");
        assert_ne!(answer.texts("p.lead").join(""), title);
    }
}

#[tokio::test]
async fn the_address_of_the_house_is_never_taken_from_a_request() {
    let app = TestApp::start().await;
    let stranger = Browser::new(&app);
    for path in ["/session/new", "/", "/nowhere", "/api/v1/openapi.json"] {
        let request = stranger
            .request(reqwest::Method::GET, path)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "gopher")
            .header("accept", "text/html");
        let answer = Answer::to(request).await;
        assert!(!answer.text.contains("evil.example"), "{path}");
        assert!(
            answer.headers.values().all(|value| !value.to_str().unwrap().contains("evil")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_missing_header_is_noticed() {
    let app = TestApp::start().await;
    let mut answer = Browser::new(&app).get("/session/new").await.expect(200);
    assert!(missing(&answer, "/session/new").is_empty());
    answer.headers.remove("x-frame-options");
    assert_eq!(missing(&answer, "/session/new").len(), 1);
    answer.headers.insert("cache-control", "public".parse().unwrap());
    answer.headers.insert("content-type", "text/javascript".parse().unwrap());
    assert_eq!(missing(&answer, "/session/new").len(), 3);
}
