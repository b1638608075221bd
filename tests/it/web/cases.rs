//! A long talk, told apart: where a case began and ended, and which number of ours
//! a text went through.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_case_is_a_line_above_its_first_text_in_page_and_live_frame() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("一つ目の用件").await;
    let path = format!("/conversations/{conversation}");
    let first = sato.get(&path).await.expect(200).texts("li.case");
    assert_eq!(first.len(), 1);
    assert!(first[0].ends_with("– 対応中"), "{first:?}");

    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    socket.watch(conversation, start).await;
    app.advance(TimeDelta::hours(2));
    let sato = app.sign_in(SATO).await;
    sato.post(&format!("{path}/closure"), &[]).await.expect(303);
    let ended = case_in(&mut socket).await;
    assert!(ended["html"].as_str().unwrap().contains("佐藤 花さんが対応済みに"), "{ended}");
    assert_eq!(ended["into"], Value::Null, "nowhere where its beginning is not shown");

    app.advance(TimeDelta::hours(20));
    let sato = app.sign_in(SATO).await;
    handset.sends("二つ目の用件").await;
    let begun = case_in(&mut socket).await;
    assert_eq!(begun["into"], format!("thread-{conversation}"));
    let page = sato.get(&path).await.expect(200);
    assert_eq!(page.texts("li.case + li .m .b"), ["一つ目の用件", "二つ目の用件"]);
    let told = page.texts("li.case");
    assert!(told[0].ends_with("佐藤 花さんが対応済みに"), "{told:?}");
    assert!(told[1].ends_with("– 対応中"), "{told:?}");
    let id = page.attribute("li.case:nth-last-of-type(3)", "id");
    assert_eq!(id.as_deref(), begun["id"].as_str(), "the same line, in the same place");
}

#[tokio::test]
async fn our_number_is_told_where_it_is_another() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("一").await;
    sato.reply(conversation, "二").await;
    app.settle().await;
    let path = format!("/conversations/{conversation}");
    let told = sato.get(&path).await.expect(200);
    assert_eq!(told.texts(".via:not([hidden])"), ["050-1111-2222宛"], "once, not on each");
    assert_eq!(told.texts(".via").len(), 2, "on each where it is wanted");
    // Another carrier, another number of ours.
    app.raw().execute("update messages set our_address = '247141' where direction = 'outbound'");
    let told = sato.get(&path).await.expect(200);
    assert_eq!(told.texts(".via:not([hidden])"), ["050-1111-2222宛", "247141から"]);
}

/// The next frame that says something of a case.
async fn case_in(socket: &mut Socket) -> Value {
    loop {
        let frame = socket.next_of("ev").await;
        let ops = frame["ops"].as_array().unwrap();
        let is_case = |op: &&Value| op["id"].as_str().is_some_and(|id| id.starts_with("case-"));
        if let Some(op) = ops.iter().find(is_case) {
            return op.clone();
        }
    }
}
