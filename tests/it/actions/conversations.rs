//! Whose turn it is: taken, given, put aside, done with - by pages and programs,
//! told in the timeline.

use chrono::{SecondsFormat, TimeDelta};
use henji::domain::id::ConversationId;
use henji::jobs::housekeeping;
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{SATO, SUZUKI, TANAKA, VIEWER, YAMADA};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn taken_given_and_let_go_by_pages() {
    let app = TestApp::start().await;
    let (sato, suzuki) = (app.sign_in(SATO).await, app.sign_in(SUZUKI).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/assignment");
    let tanaka_id = app.cast.id(TANAKA).to_string();
    sato.post(&path, &[]).await.expect(303);
    assert_eq!(assignee(&app, conversation).await, json!(app.cast.id(SATO).0));
    suzuki.post(&path, &[("user_id", &tanaka_id)]).await.expect(303);
    assert_eq!(assignee(&app, conversation).await, json!(app.cast.id(TANAKA).0));
    suzuki.delete(&path).await.expect(303);
    assert_eq!(assignee(&app, conversation).await, json!(null));
    let lines = app.api().system_lines(conversation).await;
    let assigned = |who| format!("assigned {}", app.cast.id(who));
    assert_eq!(lines, [assigned(SATO), assigned(TANAKA), "unassigned".to_owned()]);
    let told = sato.get(&format!("/conversations/{conversation}")).await.texts(".ev span");
    assert!(
        told.iter().any(|line| line.contains("鈴木 京子") && line.contains("田中 一郎")),
        "{told:?}"
    );
}

#[tokio::test]
async fn the_same_button_twice_is_one_line() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    for verb in ["assignment", "closure"] {
        let told = {
            sato.post(&format!("/conversations/{conversation}/{verb}"), &[]).await.expect(303);
            app.last_event().await
        };
        sato.post(&format!("/conversations/{conversation}/{verb}"), &[]).await.expect(303);
        assert_eq!(app.last_event().await, told, "{verb}");
    }
    assert_eq!(app.api().system_lines(conversation).await.len(), 2);
}

#[tokio::test]
async fn nobody_is_given_what_they_may_not_see() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/assignment");
    for who in [YAMADA, VIEWER] {
        let id = app.cast.id(who).to_string();
        sato.post(&path, &[("user_id", &id)]).await.expect(422);
        let refused = app.api().put(&path, json!({"user_id": id})).await.expect(422).json();
        assert_eq!(refused["field"], "user_id");
    }
    assert_eq!(assignee(&app, conversation).await, json!(null));
}

#[tokio::test]
async fn programs_do_the_same() {
    let app = TestApp::start().await;
    let api = app.api();
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = |verb: &str| format!("/conversations/{conversation}/{verb}");
    let until = app.now() + TimeDelta::hours(2);
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);

    let found = api.put(&path("assignment"), json!({"user_id": app.cast.id(SATO).0})).await;
    assert_eq!(found.expect(200).json()["assignee"], json!(app.cast.id(SATO).0));
    let found = api.put(&path("snooze"), json!({"until": until})).await.expect(200).json();
    assert_eq!((&found["state"], &found["snoozed_until"]), (&json!("snoozed"), &json!(until)));
    assert_eq!(api.delete(&path("snooze")).await.expect(200).json()["state"], "open");
    assert_eq!(api.put(&path("closure"), json!({})).await.expect(200).json()["state"], "closed");
    api.put(&path("snooze"), json!({"until": until})).await.expect(422);
    assert_eq!(api.delete(&path("closure")).await.expect(200).json()["state"], "open");
    assert_eq!(api.delete(&path("assignment")).await.expect(200).json()["assignee"], json!(null));
    let lines = api.system_lines(conversation).await;
    let words: Vec<&str> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(words, ["assigned", "snoozed", "woken", "closed", "reopened", "unassigned"]);
}

#[tokio::test]
async fn a_snooze_ends_when_its_time_has_come() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/snooze");
    let until = (app.now() + TimeDelta::hours(2)).to_rfc3339();
    sato.post(&path, &[("until", &until)]).await.expect(303);
    app.advance(TimeDelta::minutes(119));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(state(&app, conversation).await, "snoozed");
    app.advance(TimeDelta::minutes(1));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(state(&app, conversation).await, "open");
    assert_eq!(app.api().system_lines(conversation).await.last().unwrap(), "woken");
    let past = (app.now() - TimeDelta::hours(1)).to_rfc3339();
    sato.post(&path, &[("until", &past)]).await.expect(422);
    sato.post(&path, &[("until", "tomorrow")]).await.expect(400);
}

#[tokio::test]
async fn a_snoozed_conversation_comes_back_when_the_customer_writes() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("?").await;
    sato.post(&format!("/conversations/{conversation}/assignment"), &[]).await.expect(303);
    let until = (app.now() + TimeDelta::days(1)).to_rfc3339();
    let path = format!("/conversations/{conversation}/snooze");
    sato.post(&path, &[("until", &until)]).await.expect(303);
    handset.sends("もしもし").await;
    let found = app.api().conversation(conversation).await;
    assert_eq!((&found["state"], &found["snoozed_until"]), (&json!("open"), &json!(null)));
    assert_eq!(found["assignee"], json!(app.cast.id(SATO).0));
}

#[tokio::test]
async fn the_list_shows_each_conversation_where_it_belongs() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let mine = app.handset("+819011110001").sends("一").await;
    let nobodys = app.handset("+819011110002").sends("二").await;
    let closed = app.handset("+819011110003").sends("三").await;
    sato.post(&format!("/conversations/{mine}/assignment"), &[]).await.expect(303);
    sato.post(&format!("/conversations/{closed}/closure"), &[]).await.expect(303);
    for (view, expected) in [
        ("mine", vec![mine]),
        ("unassigned", vec![nobodys]),
        ("closed", vec![closed]),
        ("all", vec![nobodys, mine]),
    ] {
        let page = sato.get(&format!("/conversations?view={view}")).await.expect(200);
        let selector = scraper::Selector::parse("#rows > li").unwrap();
        let html = page.html();
        let rows: Vec<&str> = html.select(&selector).filter_map(|row| row.value().id()).collect();
        let expected: Vec<String> = expected.iter().map(|id| format!("row-{id}")).collect();
        assert_eq!(rows, expected, "{view}");
    }
}

#[tokio::test]
async fn a_contact_gets_a_name_and_loses_it() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = format!("/conversations/{conversation}/contact");
    sato.put(&path, &[("name", "山本 様")]).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["contact"]["name"], "山本 様");
    sato.put(&path, &[("name", " ")]).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["contact"]["name"], json!(null));
}

async fn assignee(app: &TestApp, conversation: ConversationId) -> serde_json::Value {
    app.api().conversation(conversation).await["assignee"].clone()
}

async fn state(app: &TestApp, conversation: ConversationId) -> String {
    app.api().conversation(conversation).await["state"].as_str().unwrap().to_owned()
}
