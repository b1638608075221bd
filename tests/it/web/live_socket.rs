//! The live line: everything, once, in order, to those who may see it.

use henji::domain::id::ConversationId;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::{ADMIN, AUDITOR, SATO, TANAKA, YAMADA};
use crate::support::socket::Socket;
use crate::support::test_app::PUBLIC_URL;
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn what_happens_is_seen_in_order_while_it_happens() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let thread = app.handset(HANDSET).sends("本文0").await;
    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    socket.watch(thread, start).await;
    assert_eq!(socket.next_of("hello").await["ev"], start);
    // It may come before the line knows what is watched, and then comes again.
    app.handset(HANDSET).sends("本文1").await;
    while !in_full(&socket.next_of("ev").await) {}
    for n in 2..=5 {
        app.handset(HANDSET).sends(&format!("本文{n}")).await;
    }
    let mut seen = Vec::new();
    for n in 2..=5 {
        let frame = socket.next_of("ev").await;
        seen.push(frame["id"].as_i64().unwrap());
        let html = html_of(&frame, "m-");
        assert!(html.contains(&format!("本文{n}")), "{html}");
    }
    assert_eq!(seen, (start + 2..=start + 5).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_and_a_frame_draw_the_same_bubble() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    let conversation = app.handset(HANDSET).sends("同じ形で").await;
    // Drawn before the text came, watched after: it is said again, in full.
    assert!(!in_full(&socket.next_of("ev").await));
    socket.watch(conversation, start).await;
    let frame = html_of(&socket.next_of("ev").await, "m-");
    let page = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    let bubble = |html: &str| {
        let from = html.find("<div class=\"m in\">").unwrap();
        html[from..from + html[from..].find("</li>").unwrap()].to_owned()
    };
    assert_eq!(bubble(&frame), bubble(&page.text));
}

#[tokio::test]
async fn what_was_missed_comes_first_and_once() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let start = app.last_event().await;
    for n in 0..120 {
        let body = inbound(&format!("SIM{n}"), HANDSET, &format!("本文{n}"));
        app.webhook("inbound", &body).await.expect(200);
    }
    let end = app.last_event().await;
    // From everywhere: the beginning, the middle, the newest.
    for after in [start, start + 57, end - 1, end] {
        let mut socket = Socket::open(&app, &sato, after).await;
        app.handset(HANDSET).sends("今").await;
        let now = app.last_event().await;
        let mut seen = Vec::new();
        while seen.last() != Some(&now) {
            let frame = socket.next().await.unwrap();
            assert_ne!(frame["t"], "reset", "after {after}");
            if frame["t"] == "ev" {
                seen.push(frame["id"].as_i64().unwrap());
            }
        }
        assert_eq!(seen, (after + 1..=now).collect::<Vec<_>>(), "after {after}");
    }
}

#[tokio::test]
async fn whoever_was_away_too_long_starts_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let start = app.last_event().await;
    for n in 0..501 {
        let body = inbound(&format!("SIM{n}"), HANDSET, "?");
        app.webhook("inbound", &body).await.expect(200);
    }
    let end = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    assert_eq!(socket.next_of("reset").await["why"], "gap");
    assert_eq!(socket.next_of("at").await["id"], end);
    // One fewer is replayed.
    let mut socket = Socket::open(&app, &sato, start + 1).await;
    socket.next_of("hello").await;
    assert_eq!(socket.next().await.unwrap()["id"], start + 2);
    // A cursor of a future that never was is none.
    let mut socket = Socket::open(&app, &sato, end + 1_000).await;
    assert_eq!(socket.next_of("reset").await["why"], "gap");
    // Three days are too long as well.
    app.advance(chrono::TimeDelta::hours(73));
    let sato = app.sign_in(SATO).await;
    let mut socket = Socket::open(&app, &sato, end - 1).await;
    assert_eq!(socket.next_of("reset").await["why"], "gap");
}

#[tokio::test]
async fn nobody_hears_of_an_inbox_that_is_not_theirs() {
    let app = TestApp::start().await;
    let start = app.last_event().await;
    let mut sockets = Vec::new();
    for who in [YAMADA, AUDITOR] {
        sockets.push(Socket::open(&app, &app.sign_in(who).await, start).await);
    }
    let secret = app.handset(HANDSET).sends("受付の秘密").await;
    // To ask for it by name is no way in.
    for socket in &mut sockets {
        socket.watch(secret, start).await;
    }
    app.sign_in(SATO).await.note(secret, "内緒").await;
    // What Yamada may see comes after it, so that there is something to wait for.
    app.handset(HANDSET).sends_to(crate::support::cast::RECRUITING_NUMBER, "採用へ", None).await;
    let frame = sockets[0].next_of("ev").await;
    assert!(html_of(&frame, "row-").contains("採用へ"));
    assert_ne!(frame["c"], secret.to_string());
    // The auditor hears nothing at all: the next thing is the end.
    let auditor = app.cast.id(AUDITOR);
    app.hub.revoke_user(auditor);
    assert_eq!(sockets[1].next_of("hello").await["t"], "hello");
    assert_eq!(sockets[1].next().await, Err(4401));
}

#[tokio::test]
async fn what_one_has_read_concerns_nobody_else() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let start = app.last_event().await;
    let mut satos = Socket::open(&app, &sato, start).await;
    let mut tanakas = Socket::open(&app, &tanaka, start).await;
    sato.put(&format!("/conversations/{conversation}/read"), &[]).await.expect(204);
    assert_eq!(satos.next_of("ev").await["id"], start + 1);
    sato.note(conversation, "次").await;
    assert_eq!(tanakas.next_of("ev").await["id"], start + 2);
}

#[tokio::test]
async fn no_foreign_page_opens_a_line() {
    let app = TestApp::start().await;
    let cookie = app.sign_in(SATO).await.cookie();
    for origin in [
        "",
        "null",
        "https://evil.example",
        "http://henji.example.jp",
        "https://henji.example.jp:8443",
        "https://henji.example.jp.evil.example",
        "https://evil-henji.example.jp",
        "https://HENJI.example.jp",
    ] {
        let refused = Socket::try_open(&app, &cookie, origin, 0).await;
        assert_eq!(refused.err(), Some(403), "{origin}");
    }
    assert!(Socket::try_open(&app, &cookie, PUBLIC_URL, 0).await.is_ok());
    assert_eq!(Socket::try_open(&app, "__Host-sid=made-up", PUBLIC_URL, 0).await.err(), Some(401));
}

#[tokio::test]
async fn a_user_has_ten_lines_and_no_more() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(Socket::open(&app, &sato, 0).await);
    }
    let refused = Socket::try_open(&app, &sato.cookie(), PUBLIC_URL, 0).await;
    assert_eq!(refused.err(), Some(429));
    let tanaka = app.sign_in(TANAKA).await;
    Socket::open(&app, &tanaka, 0).await;
}

#[tokio::test]
async fn another_nodes_events_are_seen_within_a_moment() {
    let here = TestApp::start().await;
    let there = TestApp::on(here.db().shared()).await;
    let sato = there.sign_in(SATO).await;
    let mut socket = Socket::open(&there, &sato, there.last_event().await).await;
    socket.next_of("hello").await;
    for n in 1..=3 {
        let started = std::time::Instant::now();
        here.handset(HANDSET).sends(&format!("隣の家から{n}")).await;
        let frame = socket.next_of("ev").await;
        assert!(html_of(&frame, "row-").contains(&format!("隣の家から{n}")));
        // The log is looked at once a second where nobody says that something is new.
        assert!(started.elapsed().as_secs_f64() < 2.0, "{:?}", started.elapsed());
    }
    // A session that ended here has ended there.
    let browser = here.sign_in(SATO).await;
    let mut socket = Socket::open(&there, &browser, there.last_event().await).await;
    socket.next_of("hello").await;
    let admin = here.sign_in(ADMIN).await;
    let path = format!("/settings/users/{}/disablement", here.cast.id(SATO));
    admin.post(&path, &[]).await.expect(303);
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test]
async fn without_a_socket_the_same_frames_are_asked_for() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let start = app.last_event().await;
    let conversation = app.handset(HANDSET).sends("聞こえますか").await;
    let frames = sato.get(&format!("/events?after={start}&wait=0")).await.expect(200).json();
    let frames = frames.as_array().unwrap();
    let kinds: Vec<&str> = frames.iter().map(|frame| frame["t"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["hello", "ev", "count", "at"]);
    assert_eq!(frames[1]["c"], conversation.to_string());
    assert!(html_of(&frames[1], "row-").contains("聞こえますか"));
    assert!(!in_full(&frames[1]));
    assert_eq!(frames[2]["in"][app.cast.reception.to_string()], json!([0, 1, 1, 0, 0, 0, 1, 0]));
    assert_eq!(frames[3]["id"], start + 1);
    let path = format!("/events?after={start}&wait=0&open={conversation}");
    let frames = sato.get(&path).await.expect(200).json();
    assert!(html_of(&frames[1], "m-").contains("聞こえますか"));
}

#[tokio::test]
async fn only_the_thread_on_the_screen_comes_in_full() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let (one, other) = (app.handset(HANDSET), app.handset("+819022223333"));
    let (first, second) = (one.sends("一").await, other.sends("二").await);
    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    socket.watch(first, start).await;
    one.sends("見える").await;
    let frame = socket.next_of("ev").await;
    assert!(html_of(&frame, "head-").contains("h1") && html_of(&frame, "side-").contains("aside"));
    assert!(html_of(&frame, "m-").contains("見える"));
    other.sends("列だけ").await;
    let frame = socket.next_of("ev").await;
    assert_eq!(frame["c"], second.to_string());
    assert!(!in_full(&frame), "{frame}");
    assert!(html_of(&frame, "row-").contains("列だけ"));
    // Nonsense is passed over, and the next thread is asked for like the first.
    socket.watch(second, app.last_event().await).await;
    other.sends("今度は").await;
    assert!(html_of(&socket.next_of("ev").await, "m-").contains("今度は"));
}

#[tokio::test]
async fn the_numbers_on_the_tabs_follow_and_are_each_ones_own() {
    let app = TestApp::start().await;
    let (sato, tanaka, yamada) =
        (app.sign_in(SATO).await, app.sign_in(TANAKA).await, app.sign_in(YAMADA).await);
    let start = app.last_event().await;
    let mut satos = Socket::open(&app, &sato, start).await;
    let mut tanakas = Socket::open(&app, &tanaka, start).await;
    let mut yamadas = Socket::open(&app, &yamada, start).await;
    for socket in [&mut satos, &mut tanakas, &mut yamadas] {
        assert_eq!(socket.counts().await, json!({}), "at the beginning");
    }
    let here = app.cast.reception.to_string();
    let conversation = app.handset(HANDSET).sends("?").await;
    assert_eq!(satos.counts().await[&here], json!([0, 1, 1, 0, 0, 0, 1, 0]));
    assert_eq!(tanakas.counts().await[&here], json!([0, 1, 1, 0, 0, 0, 1, 0]));
    sato.post(&format!("/conversations/{conversation}/assignment"), &[]).await.expect(303);
    assert_eq!(satos.counts().await[&here], json!([1, 0, 1, 1, 0, 0, 1, 0]));
    assert_eq!(tanakas.counts().await[&here], json!([0, 0, 1, 0, 0, 0, 1, 0]));
    // Whoever comes back is told at once, and nobody of inboxes that are not theirs.
    let mut again = Socket::open(&app, &tanaka, app.last_event().await).await;
    assert_eq!(again.counts().await[&here], json!([0, 0, 1, 0, 0, 0, 1, 0]));
    app.handset(HANDSET).sends_to(crate::support::cast::RECRUITING_NUMBER, "採用へ", None).await;
    let counted = yamadas.counts().await;
    assert_eq!(counted.as_object().unwrap().len(), 1, "{counted}");
    assert!(counted.get(&here).is_none());
}

#[tokio::test]
async fn programs_follow_the_log_without_a_gap() {
    let app = TestApp::start().await;
    let start = app.last_event().await;
    let conversation: ConversationId = app.handset(HANDSET).sends("一").await;
    app.sign_in(SATO).await.note(conversation, "二").await;
    let mut next = start;
    let mut seen = Vec::new();
    loop {
        let page = app.api().get(&format!("/events?after={next}&limit=1")).await.expect(200).json();
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        seen.push(events[0]["seq"].as_i64().unwrap());
        assert_eq!(events[0]["conversation_id"], conversation.to_string());
        next = page["next"].as_i64().unwrap();
    }
    assert_eq!(seen, [start + 1, start + 2]);
    // And waits for what is still to come.
    let api = app.api();
    let waiting =
        tokio::spawn(async move { api.get(&format!("/events?after={next}&wait=20")).await });
    app.handset(HANDSET).sends("三").await;
    let page = waiting.await.unwrap().expect(200).json();
    assert_eq!(page["events"][0]["kind"], "message.created");
}

/// Whether a frame shows more than a row of the list.
fn in_full(frame: &Value) -> bool {
    frame["ops"].as_array().unwrap().len() > 1
}

/// The HTML that a frame puts at the element whose id begins so.
pub fn html_of(frame: &Value, id: &str) -> String {
    let ops = frame["ops"].as_array().unwrap();
    let put = ops.iter().find(|op| op["id"].as_str().is_some_and(|found| found.starts_with(id)));
    put.unwrap_or_else(|| panic!("nothing is put at {id}: {frame}"))["html"]
        .as_str()
        .unwrap()
        .to_owned()
}
