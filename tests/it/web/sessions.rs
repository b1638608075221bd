//! Signing in and out, and what becomes of those who may no longer be here.

use std::time::{Duration, Instant};

use henji::actions::people::{self, Changes};
use henji::domain::user::Role;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::{Browser, cookie};
use crate::support::cast::{self, ADMIN, SATO, TANAKA};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";
/// Rights that are gone are gone within this (ASVS 8.3.2).
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let app = TestApp::start().await;
    let stranger = Browser::new(&app);
    let mut answers = Vec::new();
    for email in ["sato@example.jp", "nobody@example.jp"] {
        let fields = [("email", email), ("password", "wrong")];
        let answer = stranger.post("/session", &fields).await.expect(422);
        assert!(cookie(&answer, "__Host-sid").is_none());
        answers.push(answer.text.replace(email, ""));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_guesser_is_slowed_down_and_the_owner_is_not() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let device = {
        let fields = [("email", SATO.email), ("password", cast::PASSWORD)];
        let answer = Browser::new(&app).post("/session", &fields).await.expect(303);
        cookie(&answer, "__Host-device").unwrap()
    };
    let guesser = Browser::new(&app);
    let mut statuses = Vec::new();
    for n in 0..6 {
        let fields = [("email", SATO.email), ("password", &format!("guess {n}"))];
        statuses.push(guesser.post("/session", &fields).await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 429, 429, 429]);
    // Even the right password must wait from there, and not from here.
    let fields = [("email", SATO.email), ("password", cast::PASSWORD)];
    let answer = guesser.post("/session", &fields).await.expect(429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    let owner = guesser.form("/session", &fields).header("cookie", device);
    Answer::to(owner).await.expect(303);
    sato.get("/conversations").await.expect(200);
}

#[tokio::test]
async fn a_page_leads_to_the_sign_in_and_back() {
    let app = TestApp::start().await;
    let stranger = Browser::new(&app);
    let navigate = stranger.request(reqwest::Method::GET, "/conversations?view=mine");
    let answer = Answer::to(navigate.header("accept", "text/html")).await.expect(303);
    assert_eq!(answer.header("location"), "/session/new?return_to=%2Fconversations%3Fview%3Dmine");
    let form = stranger.get(answer.header("location")).await.expect(200);
    let back = form.attribute("input[name=return_to]", "value").unwrap();
    assert_eq!(back, "/conversations?view=mine");
    let fields = [("email", SATO.email), ("password", cast::PASSWORD), ("return_to", &back)];
    let signed_in = stranger.post("/session", &fields).await.expect(303);
    assert_eq!(signed_in.header("location"), "/conversations?view=mine");
    let fields =
        [("email", SATO.email), ("password", cast::PASSWORD), ("return_to", "//evil.example")];
    let signed_in = stranger.post("/session", &fields).await.expect(303);
    assert_eq!(signed_in.header("location"), "/");
    // A script is told by the status.
    stranger.get("/conversations").await.expect(401);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_sockets_at_once() {
    let app = TestApp::start().await;
    let (here, there) = (app.sign_in(SATO).await, app.sign_in(SATO).await);
    let mut ended = Socket::open(&app, &here, 0).await;
    let mut kept = Socket::open(&app, &there, app.last_event().await).await;
    ended.next_of("hello").await;
    let asked = Instant::now();
    let answer = here.delete("/session").await.expect(303);
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(ended.closed().await, 4401);
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    here.get("/conversations").await.expect(401);
    Socket::try_open(&app, &here.cookie(), "https://henji.example.jp", 0).await.err().unwrap();
    // The other browser of the same person goes on.
    app.handset(HANDSET).sends("まだいますか").await;
    assert_eq!(kept.next_of("ev").await["t"], "ev");
    there.get("/conversations").await.expect(200);
}

#[tokio::test]
async fn somebody_shut_out_is_out_everywhere_at_once() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let mut satos = Socket::open(&app, &sato, app.last_event().await).await;
    let mut tanakas = Socket::open(&app, &tanaka, app.last_event().await).await;
    let admin = app.sign_in(ADMIN).await;
    let asked = Instant::now();
    let path = format!("/settings/users/{}/disablement", app.cast.id(SATO));
    admin.post(&path, &[]).await.expect(303);
    assert_eq!(satos.closed().await, 4401);
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    sato.get("/conversations").await.expect(401);
    let fields = [("email", SATO.email), ("password", cast::PASSWORD)];
    Browser::new(&app).post("/session", &fields).await.expect(422);
    app.handset(HANDSET).sends("残った人へ").await;
    assert_eq!(tanakas.next_of("ev").await["t"], "ev");
    // And let in again.
    admin.delete(&path).await.expect(303);
    sato.get("/conversations").await.expect(401);
    app.sign_in(SATO).await.get("/conversations").await.expect(200);
}

#[tokio::test]
async fn who_leaves_an_inbox_sees_nothing_of_it_from_then_on() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("見えますか").await;
    let path = format!("/conversations/{conversation}");
    sato.get(&path).await.expect(200);
    let mut socket = Socket::open(&app, &sato, app.last_event().await).await;
    let admin = cast::caller(&app, app.cast.id(ADMIN)).await;
    let changes = Changes {
        name: SATO.name.into(),
        email: SATO.email.into(),
        role: Role::Agent,
        inboxes: vec![app.cast.recruiting],
        disabled: false,
    };
    people::change(&app, admin, app.cast.id(SATO), changes).await.unwrap();
    sato.get(&path).await.expect(404);
    let page = sato.get("/conversations").await.expect(200);
    assert!(!page.text.contains("見えますか"));
    // The open socket hears of the new inbox, and of the old one no more.
    app.handset(HANDSET).sends("古い受信箱").await;
    app.handset(HANDSET).sends_to(cast::RECRUITING_NUMBER, "新しい受信箱", None).await;
    let frame = socket.next_of_conversations().await;
    assert!(frame.to_string().contains("新しい受信箱"), "{frame}");
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    app.advance(chrono::TimeDelta::hours(16) - chrono::TimeDelta::seconds(1));
    sato.get("/conversations").await.expect(200);
    app.advance(chrono::TimeDelta::seconds(1));
    sato.get("/conversations").await.expect(401);
    let before = app.raw().count("sessions", "");
    henji::jobs::housekeeping::run_one(&app).await.unwrap();
    assert!(app.raw().count("sessions", "") < before);
}

#[tokio::test]
async fn a_cookie_somebody_planted_never_becomes_a_session() {
    let app = TestApp::start().await;
    let planted = "__Host-sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let browser = Browser::new(&app);
    let page =
        Answer::to(browser.request(reqwest::Method::GET, "/session/new").header("cookie", planted))
            .await;
    let csrf = page.expect(200).attribute("input[name=csrf]", "value").unwrap();
    let fields = [("email", SATO.email), ("password", cast::PASSWORD), ("csrf", &csrf)];
    let answer = Answer::to(browser.form("/session", &fields).header("cookie", planted)).await;
    let given = cookie(&answer.expect(303), "__Host-sid").unwrap();
    assert_ne!(given, planted);
    let request = browser.request(reqwest::Method::GET, "/conversations").header("cookie", planted);
    Answer::to(request).await.expect(401);
}

#[tokio::test]
async fn the_cookie_is_for_us_alone() {
    let app = TestApp::start().await;
    let fields = [("email", SATO.email), ("password", cast::PASSWORD)];
    let answer = Browser::new(&app).post("/session", &fields).await.expect(303);
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(line.starts_with("__Host-") && !line.contains("Domain"), "{line}");
    }
}
