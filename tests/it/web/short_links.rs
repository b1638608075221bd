//! Short links: opened by people, not by what looks ahead for them, and by nobody
//! who guesses.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::StreamExt;
use henji::actions::links::{self, Wanted};
use henji::config::PublicUrl;
use henji::domain::id::{ConversationId, MessageId};
use henji::domain::user::{Actor, Caller};
use henji::store::seal::random_letters;
use reqwest::{Method, RequestBuilder};

use super::headers;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, SATO};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";
const SHOP: &str = "https://www.example.jp/returns?id=7";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

/// What looks at a link before, or instead of, its reader.
const PREVIEWS: [(&str, &str, &str); 3] = [
    ("HEAD", "x-nothing", "facebookexternalhit/1.1;line-poker/1.0"),
    (
        "GET",
        "x-nothing",
        "Mozilla/5.0 (Macintosh) AppleWebKit/601 Safari/601 facebookexternalhit/1.1 Twitterbot/1.0",
    ),
    ("POST", "sec-purpose", IPHONE),
];

#[tokio::test]
async fn a_person_opens_a_link_once_and_three_previews_do_not() {
    let app = TestApp::start().await;
    let (thread, message) = answered(&app).await;
    app.settle().await;
    let path = link(&app, thread, Some(message), TimeDelta::days(1)).await;
    let sato = app.sign_in(SATO).await;
    let before = app.last_event().await;

    for (method, header, agent) in PREVIEWS {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let asked = visit(&app, method, &path, agent).header(header, "prefetch;prerender");
        assert!(Answer::to(asked).await.status < 400, "{agent}");
    }
    let page = Answer::to(visit(&app, Method::GET, &path, IPHONE)).await.expect(200);
    assert_eq!(page.texts("#host"), ["www.example.jp"]);
    assert!(page.text.len() < 2_000 && page.texts("script").is_empty());
    for secret in [HANDSET, "5678", &thread.to_string(), "returns?id=7"] {
        assert!(!page.text.contains(secret), "{secret}");
    }
    assert_eq!(app.last_event().await, before, "looking changes nothing");
    let shown = |page: Answer| page.texts(&format!("[data-id='{message}'], #m-{message}")).join("");
    let unopened = shown(sato.get(&format!("/conversations/{thread}")).await.expect(200));
    assert!(!unopened.contains("クリックあり"), "{unopened}");

    let mut socket = Socket::open(&app, &sato, before).await;
    socket.watch(thread, before).await;
    assert_eq!(socket.next_of("hello").await["ev"], before);

    // The button, and a thumb that trembles.
    for _ in 0..2 {
        let pressed = visit(&app, Method::POST, &path, IPHONE).header("origin", "null");
        let led = Answer::to(pressed).await.expect(303);
        assert_eq!(led.header("location"), SHOP);
        assert_eq!(led.header("referrer-policy"), "no-referrer");
        assert!(headers::missing(&led, &path).is_empty() && led.header("set-cookie").is_empty());
        app.advance(TimeDelta::seconds(5));
    }
    let told = app.api().get(&format!("/events?after={before}")).await.expect(200).json();
    let kinds: Vec<_> = told["events"].as_array().unwrap().iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["link.opened"]);
    assert_eq!(told["events"][0]["message_id"], message.to_string());
    let told = app.api().get(&format!("/messages/{message}")).await.expect(200).json();
    assert_eq!(told["links"][0]["opens"], 1);
    assert!(told["links"][0]["opened_at"].is_string());
    let opened = shown(sato.get(&format!("/conversations/{thread}")).await.expect(200));
    assert!(opened.contains("クリックあり"), "{opened}");

    while !socket.next_of("ev").await.to_string().contains("クリックあり") {}

    // Later it opens as well, and is counted.
    app.advance(TimeDelta::hours(1));
    Answer::to(visit(&app, Method::POST, &path, IPHONE)).await.expect(303);
    let told = app.api().get(&format!("/messages/{message}")).await.expect(200).json();
    assert_eq!(told["links"][0]["opens"], 2);
}

#[tokio::test]
async fn what_opens_nothing_looks_the_same_whatever_it_is() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (thread, _) = answered(&app).await;
    let over = link(&app, thread, None, TimeDelta::hours(1)).await;
    let refused = link(&app, thread, None, TimeDelta::days(2)).await;
    app.advance(TimeDelta::hours(1));
    let admin = app.sign_in(ADMIN).await;
    admin.delete("/settings/links/www.example.jp").await.expect(303);
    let unknown = format!("/l/{}", random_letters(11));
    let mut pages = Vec::new();
    for method in [Method::GET, Method::POST] {
        for path in [&over, &refused, &unknown, "/l/x", "/l/%00"] {
            let page = Answer::to(visit(&app, method.clone(), path, IPHONE)).await.expect(404);
            assert!(headers::missing(&page, path).is_empty(), "{path}");
            pages.push(page.text);
        }
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    assert!(pages[0].contains("ご返信ください"), "it offers to reply");
    // Another site's form opens nothing, whoever it is for.
    links::allow_host(&app, house(), "www.example.jp").await.unwrap();
    for forged in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let pressed = visit(&app, Method::POST, &refused, IPHONE).header(forged.0, forged.1);
        Answer::to(pressed).await.expect(403);
    }
    assert_eq!(app.raw().count("link_opens", ""), 0);
    Answer::to(visit(&app, Method::POST, &refused, IPHONE)).await.expect(303);
}

/// `TEST_GUESSES` says how many; the arithmetic for a million good links stands in
/// docs/short-links.md.
#[tokio::test]
async fn guesses_open_nothing_and_keep_nobody_out() {
    const GUESSERS: usize = 8;
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_GUESSES").ok();
    let guesses: usize =
        asked.map_or(400, |guesses| guesses.parse().expect("TEST_GUESSES is a number"));
    let app = TestApp::start().await;
    app.leaves_work();
    let (thread, _) = answered(&app).await;
    let path = link(&app, thread, None, TimeDelta::days(1)).await;
    let begun = std::time::Instant::now();
    let guess = |n: usize| {
        let method = if n.is_multiple_of(2) { Method::GET } else { Method::POST };
        Answer::to(visit(&app, method, &format!("/l/{}", random_letters(11)), IPHONE))
    };
    let guessing = futures_util::stream::iter(0..guesses).map(guess);
    let mut answers = guessing.buffer_unordered(GUESSERS).enumerate();
    let (mut counts, mut slowest) = (BTreeMap::new(), Duration::ZERO);
    let every = (guesses / 10).max(1);
    while let Some((n, answer)) = answers.next().await {
        *counts.entry(answer.status).or_insert(0) += 1;
        if n.is_multiple_of(every) {
            // From the very address that guesses, while others of them wait.
            let asked = std::time::Instant::now();
            Answer::to(visit(&app, Method::GET, &path, IPHONE)).await.expect(200);
            Answer::to(visit(&app, Method::POST, &path, IPHONE)).await.expect(303);
            slowest = slowest.max(asked.elapsed() / 2);
        }
    }
    tell(guesses, begun.elapsed(), slowest);
    assert_eq!(counts, [(404, 60), (429, guesses - 60)].into());
    assert_eq!(app.raw().count("link_opens", ""), 1, "the good link's, and no other");
    let slowed = guess(0).await.expect(429);
    assert_eq!(slowed.header("retry-after"), "60");
    assert!(slowed.text.contains("ご返信ください"));
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(guesses: usize, took: Duration, slowest: Duration) {
    println!("{guesses} guesses in {took:?}; the good link took {slowest:?} at the slowest");
}

#[tokio::test]
async fn the_host_of_links_has_nothing_else() {
    let app = TestApp::start_with(|app| {
        app.config.web.link_url = PublicUrl::parse("https://s.example.jp");
    })
    .await;
    app.leaves_work();
    let (thread, _) = answered(&app).await;
    let path = link(&app, thread, None, TimeDelta::days(1)).await;
    let at = |host: &str, path: &str| {
        Answer::to(visit(&app, Method::GET, path, IPHONE).header("host", host))
    };
    at("S.example.jp", &path).await.expect(200);
    for nothing in ["/", "/session/new", "/sw.js", "/api/v1/openapi.json", "/livez", "/setup"] {
        let answer = at("s.example.jp", nothing).await.expect(404);
        assert!(headers::missing(&answer, nothing).is_empty());
    }
    at("henji.example.jp", "/session/new").await.expect(200);
    at("henji.example.jp", &path).await.expect(200);
    let pressed = visit(&app, Method::POST, &path, IPHONE).header("origin", "https://s.example.jp");
    Answer::to(pressed).await.expect(303);
}

#[tokio::test]
async fn links_lead_only_where_an_administrator_said() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (thread, _) = answered(&app).await;
    let admin = app.sign_in(ADMIN).await;
    for (typed, status) in
        [("www.example.jp", 303), ("WWW.example.jp ", 422), ("intranet", 422), ("", 422)]
    {
        admin.post("/settings/links", &[("host", typed)]).await.expect(status);
    }
    let page = admin.get("/settings/links").await.expect(200);
    assert_eq!(page.texts("tbody th"), ["www.example.jp"]);
    for wrong in [
        "https://evil.example/?www.example.jp",
        "https://www.example.jp.evil.example/",
        "https://www.example.jp@evil.example/",
        "http://www.example.jp/",
        "https://www.example.jp/?name={{お名前}}",
    ] {
        let wanted = wanted(&app, thread, wrong);
        assert!(app.store.write(move |tx| links::make(tx, &wanted)).await.is_err(), "{wrong}");
    }
    let wanted = wanted(&app, thread, SHOP);
    app.store.write(move |tx| links::make(tx, &wanted)).await.unwrap();
    let entries = app.raw().count("audit_entries", "where action = 'link_host.add'");
    assert_eq!(entries, 1);
}

#[tokio::test]
async fn a_colleague_who_looks_is_no_open() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (thread, message) = answered(&app).await;
    let path = link(&app, thread, Some(message), TimeDelta::days(1)).await;
    let sato = app.sign_in(SATO).await;
    let text = sato.reply(thread, &format!("こちら https://henji.example.jp{path}")).await;
    let led = sato.get(&format!("/messages/{text}/links/0")).await.expect(303);
    assert_eq!(led.header("location"), SHOP);
    assert_eq!(app.raw().count("link_opens", ""), 0);
}

/// A conversation in which we answered, and the answer.
async fn answered(app: &TestApp) -> (ConversationId, MessageId) {
    let thread = app.handset(HANDSET).sends("返品したい").await;
    let message = app.sign_in(SATO).await.reply(thread, "ご案内します").await;
    (thread, message)
}

async fn link(
    app: &TestApp,
    conversation: ConversationId,
    message: Option<MessageId>,
    length: TimeDelta,
) -> String {
    let taken = links::allow_host(app, house(), "www.example.jp").await;
    assert!(taken.is_ok() || taken.unwrap_err().to_string().contains("host"));
    let expires_at = app.now() + length;
    let wanted = Wanted { message, expires_at, ..wanted(app, conversation, SHOP) };
    let made = app.store.write(move |tx| links::make(tx, &wanted)).await.unwrap();
    made.token.path()
}

fn wanted(app: &TestApp, conversation: ConversationId, destination: &str) -> Wanted {
    Wanted {
        conversation,
        message: None,
        destination: destination.into(),
        expires_at: app.now() + TimeDelta::days(1),
    }
}

fn house() -> Caller {
    Caller::house(Actor::operator())
}

/// What a telephone asks, with no cookie and no form field of ours.
fn visit(app: &TestApp, method: Method, path: &str, agent: &str) -> RequestBuilder {
    app.http.request(method, format!("{}{path}", app.url)).header("user-agent", agent)
}
