//! Notes that call somebody, and conversations handed over with one.

use henji::actions::teams;
use henji::domain::id::ConversationId;
use henji::domain::user::{Actor, Caller};
use serde_json::json;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{AUDITOR, SATO, SUZUKI, TANAKA, VIEWER, YAMADA};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";

/// The rows of somebody's mentions, and the number on the tab.
async fn mentions(browser: &Browser) -> (Vec<String>, String) {
    let page = browser.get("/conversations?view=mentions").await.expect(200);
    let html = page.html();
    let selector = scraper::Selector::parse("#rows > li").unwrap();
    let rows = html.select(&selector).filter_map(|row| row.value().id().map(str::to_owned));
    (rows.collect(), page.texts("#count-mentions").remove(0))
}

fn row(conversation: ConversationId) -> Vec<String> {
    vec![format!("row-{conversation}")]
}

#[tokio::test]
async fn who_is_called_finds_it_until_they_have_looked() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    sato.note(conversation, "@田中さん、在庫を見てください").await;
    assert_eq!(mentions(&tanaka).await, (row(conversation), "1".into()));
    assert_eq!(mentions(&sato).await, (vec![], "0".into()), "whoever wrote it knows");
    let chip = format!("#row-{conversation} .called");
    assert_eq!(tanaka.get("/conversations?view=all").await.texts(&chip).len(), 1);
    assert_eq!(sato.get("/conversations?view=all").await.texts(&chip).len(), 0);
    tanaka.put(&format!("/conversations/{conversation}/read"), &[]).await.expect(204);
    assert_eq!(mentions(&tanaka).await, (row(conversation), "0".into()), "it stays to be found");
    sato.note(conversation, "＠田中 一郎 もう一度").await;
    sato.note(conversation, "@田中一郎 さらに").await;
    assert_eq!(mentions(&tanaka).await.1, "1", "conversations are counted, not notes");
}

#[tokio::test]
async fn a_team_of_the_inbox_is_called_as_one() {
    let app = TestApp::start().await;
    let team = async |name: &str, inbox| {
        let wanted = teams::Wanted {
            id: None,
            name: name.into(),
            members: [TANAKA, YAMADA, AUDITOR].map(|who| app.cast.id(who)).into(),
            inboxes: [inbox].into(),
        };
        teams::save(&app, Caller::house(Actor::operator()), wanted).await.unwrap()
    };
    let night = team("夜間", app.cast.reception).await;
    team("面接官", app.cast.recruiting).await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let yamada = app.sign_in(YAMADA).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    sato.note(conversation, "@夜間 続きをお願いします").await;
    for member in [&tanaka, &yamada] {
        assert_eq!(mentions(member).await, (row(conversation), "1".into()));
    }
    assert_eq!(app.raw().count("mentions", ""), 2, "not whoever sees no conversation");
    let page = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert_eq!(page.texts(".b .call"), ["@夜間"]);
    assert!(page.texts("#callable li").iter().any(|option| option.contains("夜間")));
    let notes = format!("/conversations/{conversation}/notes");
    sato.post(&notes, &[("body", "@面接官 見てください")]).await.expect(422);
    // Programs list what is a team's work.
    let api = app.api();
    let ids = async |query: &str| {
        let list = api.get(&format!("/conversations?team={query}")).await.expect(200).json();
        list["items"].as_array().unwrap().len()
    };
    assert_eq!((ids(&night.to_string()).await, ids("none").await), (0, 1));
    let path = format!("/conversations/{conversation}/assignment");
    api.put(&path, json!({"team_id": night.to_string()})).await.expect(200);
    assert_eq!((ids(&night.to_string()).await, ids("none").await), (1, 0));
}

#[tokio::test]
async fn reading_up_to_a_message_sees_the_notes_before_it() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let first = app.api().timeline(conversation).await[0]["id"].as_str().unwrap().to_owned();
    app.advance(chrono::TimeDelta::seconds(1));
    sato.note(conversation, "@田中").await;
    let path = format!("/conversations/{conversation}/read");
    tanaka.put(&path, &[("message_id", &first)]).await.expect(204);
    assert_eq!(mentions(&tanaka).await.1, "1");
    let last = app.api().timeline(conversation).await.pop().unwrap()["id"].clone();
    tanaka.put(&path, &[("message_id", last.as_str().unwrap())]).await.expect(204);
    assert_eq!(mentions(&tanaka).await.1, "0");
}

#[tokio::test]
async fn only_who_may_see_the_inbox_can_be_called() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/notes");
    let refused = sato.post(&path, &[("body", "@山田さんへ")]).await.expect(422);
    assert!(refused.text.contains("この受信箱を見られない人"), "{}", refused.text);
    assert_eq!(refused.texts("#body"), ["@山田さんへ"], "the text is kept");
    assert_eq!(app.api().timeline(conversation).await.len(), 1, "nothing was written");
    // A price calls nobody, and a viewer may be called.
    sato.post(&path, &[("body", "1個 @500円")]).await.expect(303);
    sato.post(&path, &[("body", "@高橋 確認のみ")]).await.expect(303);
    assert_eq!(mentions(&app.sign_in(VIEWER).await).await, (row(conversation), "1".into()));
    assert_eq!(mentions(&app.sign_in(YAMADA).await).await, (vec![], "0".into()));
}

#[tokio::test]
async fn a_conversation_is_handed_over_with_its_note_or_not_at_all() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/assignment");
    let to = app.cast.id(TANAKA).to_string();
    let note = "折り返しは明日の午前です";
    let bad = [("user_id", to.as_str()), ("note", "@山田さんにも")];
    sato.post(&path, &bad).await.expect(422);
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["assignee"], json!(null), "neither the note nor the handover");
    sato.post(&path, &[("user_id", &to), ("note", note)]).await.expect(303);
    assert_eq!(
        app.api().conversation(conversation).await["assignee"],
        json!(app.cast.id(TANAKA).0)
    );
    let lines = app.api().timeline(conversation).await;
    assert!(lines.iter().any(|line| line["kind"] == "note" && line["body"] == note), "{lines:?}");
    assert_eq!(mentions(&tanaka).await, (row(conversation), "1".into()));
    let mine = tanaka.get("/conversations?view=mine").await.expect(200);
    assert_eq!(mine.texts("#rows > li").len(), 1);
    // A stranger cannot be given it, whatever is written with it.
    let yamada = app.cast.id(YAMADA).to_string();
    sato.post(&path, &[("user_id", &yamada), ("note", note)]).await.expect(422);
    let order = json!({ "user_id": app.cast.id(SUZUKI).0, "note": "APIから" });
    app.api().put(&path, order).await.expect(200);
    assert_eq!(mentions(&app.sign_in(SUZUKI).await).await.1, "1");
}

#[tokio::test]
async fn the_numbers_of_a_line_are_those_of_the_page() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let snoozed = app.handset("+819012345670").sends("?").await;
    sato.note(conversation, "@田中さん").await;
    sato.note(snoozed, "@田中さん").await;
    let until = (app.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let path = format!("/conversations/{snoozed}/snooze");
    sato.post(&path, &[("until", &until)]).await.expect(303);
    tanaka.put(&format!("/conversations/{conversation}/read"), &[]).await.expect(204);
    let counts = Socket::open(&app, &tanaka, app.last_event().await).await.counts().await;
    assert_eq!(counts[app.cast.reception.to_string()], json!([0, 1, 1, 0, 1, 1, 2, 0]));
    let page = tanaka.get("/conversations?view=all").await.expect(200);
    for (tab, number) in [("unassigned", "1"), ("mentions", "1"), ("snoozed", "1"), ("all", "2")] {
        assert_eq!(page.texts(&format!("#count-{tab}")), [number], "{tab}");
    }
}
