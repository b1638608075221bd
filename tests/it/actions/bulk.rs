//! One verb on many rows: each for itself, told one by one.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use serde_json::json;

use super::tags::tag;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{RECRUITING_NUMBER, SATO, TANAKA, VIEWER, YAMADA};

const SELECTION: &str = "/conversations/selection";

async fn threads(app: &TestApp, count: usize) -> Vec<ConversationId> {
    let mut threads = Vec::new();
    for n in 0..count {
        threads.push(app.handset(&format!("+8190111100{n:02}")).sends("?").await);
    }
    threads
}

async fn change(browser: &Browser, verb: &str, ids: &[ConversationId]) -> Answer {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let mut fields = vec![("do", verb), ("back", "?view=all")];
    fields.extend(ids.iter().map(|id| ("conversation", id.as_str())));
    browser.post(SELECTION, &fields).await
}

#[tokio::test]
async fn every_verb_is_done_to_all_that_are_chosen() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let interview = tag(&app, "面接", 1).await;
    let chosen = threads(&app, 3).await;
    let tanaka = app.cast.id(TANAKA);
    let until = (app.now() + TimeDelta::hours(1)).to_rfc3339();
    for (verb, told, field, expected) in [
        ("take".to_owned(), "3件の担当を決めました", "assignee", json!(app.cast.id(SATO).0)),
        (format!("assign:{tanaka}"), "3件の担当を決めました", "assignee", json!(tanaka.0)),
        ("unassign".to_owned(), "3件の担当を外しました", "assignee", json!(null)),
        (format!("snooze:{until}"), "3件を保留にしました", "state", json!("snoozed")),
        ("close".to_owned(), "3件を対応済みにしました", "state", json!("closed")),
    ] {
        let page = change(&sato, &verb, &chosen).await.expect(200);
        assert_eq!(page.texts(".selected p"), [told], "{verb}");
        for id in &chosen {
            assert_eq!(app.api().conversation(*id).await[field], expected, "{verb}");
        }
    }
    change(&sato, &format!("tag:{interview}"), &chosen).await.expect(200);
    let tagged = app.api().get(&format!("/conversations?tag_id={interview}")).await.json();
    assert_eq!(tagged["items"].as_array().unwrap().len(), 3);
    change(&sato, &format!("untag:{interview}"), &chosen[1..]).await.expect(200);
    let tagged = app.api().get(&format!("/conversations?tag_id={interview}")).await.json();
    assert_eq!(tagged["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_named_and_the_rest_is_done() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let chosen = threads(&app, 3).await;
    let path = format!("/conversations/{}/contact", chosen[1]);
    sato.put(&path, &[("name", "山本 様")]).await.expect(303);
    sato.post(&format!("/conversations/{}/closure", chosen[1]), &[]).await.expect(303);
    let until = (app.now() + TimeDelta::hours(1)).to_rfc3339();
    let page = change(&sato, &format!("snooze:{until}"), &chosen).await.expect(200);
    assert_eq!(page.texts(".selected p"), ["2件を保留にしました", "次の1件はできませんでした"]);
    let refused = page.texts(".selected li");
    assert_eq!(refused, ["山本 様 – 対応済みです。先に対応を再開してください"]);
    assert_eq!(app.api().conversation(chosen[2]).await["state"], "snoozed");
}

#[tokio::test]
async fn rights_are_those_of_each_conversation() {
    let app = TestApp::start().await;
    let mine = threads(&app, 1).await[0];
    let stranger = app.handset("+819022220000");
    stranger.sends_to(RECRUITING_NUMBER, "採用の秘密", None).await;
    let all = app.api().conversations().await;
    let recruiting = all.iter().find(|one| one["contact"]["phone"] == "+819022220000").unwrap();
    let recruiting: ConversationId = recruiting["id"].as_str().unwrap().parse().unwrap();
    let nobodys = ConversationId(uuid::Uuid::now_v7());
    let sato = app.sign_in(SATO).await;
    let page = change(&sato, "close", &[mine, recruiting, nobodys]).await.expect(200);
    assert_eq!(page.texts(".selected p")[0], "1件を対応済みにしました");
    let refused = page.texts(".selected li");
    assert_eq!(refused.len(), 2);
    // What is another inbox's looks like what is not there.
    assert_eq!(refused[0], refused[1]);
    assert_eq!(app.api().conversation(recruiting).await["state"], "open");
    let page = change(&app.sign_in(YAMADA).await, "close", &[mine]).await.expect(200);
    assert_eq!(page.texts(".selected p")[0], "変更できた会話はありません");
    change(&app.sign_in(VIEWER).await, "close", &[mine]).await.expect(404);
}

#[tokio::test]
async fn none_too_many_and_nonsense_are_refused() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let one = threads(&app, 1).await;
    change(&sato, "close", &[]).await.expect(422);
    let many: Vec<_> = (0..201).map(|_| ConversationId(uuid::Uuid::now_v7())).collect();
    change(&sato, "close", &many).await.expect(422);
    for verb in ["", "delete", "assign:", "snooze:tomorrow", "tag:x"] {
        change(&sato, verb, &one).await.expect(400);
    }
    sato.post(SELECTION, &[("do", "close"), ("conversation", "x")]).await.expect(400);
    assert_eq!(app.api().conversation(one[0]).await["state"], "open");
}
