//! Who is in a conversation is seen by those who may see the conversation.

use henji::domain::id::ConversationId;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::cast::{AUDITOR, SATO, TANAKA, VIEWER, YAMADA};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_colleague_is_seen_typing_and_gone() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let before = app.last_event().await;
    let mut sato = open(&app, SATO).await;
    let mut tanaka = open(&app, TANAKA).await;
    tanaka.says_here(conversation, false).await;
    let faces = faces(&mut sato, conversation).await;
    assert!(faces.contains("田中") && !faces.contains("作成して"), "{faces}");
    tanaka.says_here(conversation, true).await;
    let faces = self::faces(&mut sato, conversation).await;
    assert!(faces.contains("田中 一郎さんが返信を作成しています"), "{faces}");

    // Who comes later is told of everybody at once.
    let mut late = open_before_greeting(&app, SATO).await;
    let greeting = late.next_of("pres").await;
    assert_eq!(greeting["all"], true);
    assert!(greeting["of"][conversation.to_string()].as_str().unwrap().contains("田中"));

    drop(tanaka);
    let faces = self::faces(&mut sato, conversation).await;
    assert!(!faces.contains("田中"), "{faces}");
    // None of it was written down.
    assert_eq!(app.last_event().await, before);
}

#[tokio::test]
async fn one_screen_is_in_one_thread_and_may_be_in_none() {
    let app = TestApp::start().await;
    let first = app.handset(HANDSET).sends("一").await;
    let second = app.handset("+819011112222").sends("二").await;
    let mut sato = open(&app, SATO).await;
    let mut tanaka = open(&app, TANAKA).await;
    tanaka.says_here(first, false).await;
    assert!(faces(&mut sato, first).await.contains("田中"));
    tanaka.says_here(second, false).await;
    let frame = sato.next_of("pres").await;
    assert!(face_of(&frame, second).contains("田中") && !face_of(&frame, first).contains("田中"));
    tanaka.says(r#"{"t":"away"}"#).await;
    assert!(!faces(&mut sato, second).await.contains("田中"));
}

#[tokio::test]
async fn nobody_sees_or_is_seen_in_what_is_not_theirs() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("受付の秘密").await;
    let mut viewer = open(&app, VIEWER).await;
    let mut strangers = Vec::new();
    for who in [YAMADA, AUDITOR] {
        let mut stranger = open(&app, who).await;
        // To say that one is there is no way in.
        stranger.says_here(conversation, true).await;
        strangers.push(stranger);
    }
    let sato = open(&app, SATO).await;
    let mut sato = sato;
    sato.says_here(conversation, false).await;
    let seen = faces(&mut viewer, conversation).await;
    assert!(seen.contains("佐藤") && !seen.contains("山田") && !seen.contains("伊藤"), "{seen}");
    // Something that they may see comes first, if anything was on its way.
    for mut stranger in strangers {
        stranger.says("nonsense").await;
        let frame = stranger.next_within(std::time::Duration::from_millis(600)).await;
        assert_eq!(frame, None);
    }
}

async fn open(app: &TestApp, who: crate::support::cast::Character) -> Socket {
    let mut socket = open_before_greeting(app, who).await;
    socket.next_of("hello").await;
    socket
}

async fn open_before_greeting(app: &TestApp, who: crate::support::cast::Character) -> Socket {
    Socket::open(app, &app.sign_in(who).await, app.last_event().await).await
}

/// The next news of who is in the conversation.
async fn faces(socket: &mut Socket, conversation: ConversationId) -> String {
    loop {
        let frame = socket.next_of("pres").await;
        if frame["of"][conversation.to_string()].is_string() {
            return face_of(&frame, conversation);
        }
    }
}

fn face_of(frame: &Value, conversation: ConversationId) -> String {
    frame["of"][conversation.to_string()].as_str().unwrap().to_owned()
}
