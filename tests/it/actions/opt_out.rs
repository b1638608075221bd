//! Who asks us to stop is heard at once.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::SATO;
use crate::support::webhook::{Signer, inbound};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn what_is_queued_does_not_leave_after_a_stop_word() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("案内をください").await;
    let message = sato.reply(conversation, "こちらです").await;
    handset.sends("配信停止").await;
    app.settle().await;
    assert!(handset.received().is_empty());
    let found = app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("opted_out")));
    assert_eq!(app.api().system_lines(conversation).await, ["opted_out"]);
    assert_eq!(app.api().conversation(conversation).await["contact"]["opted_out"], true);

    let path = format!("/conversations/{conversation}/messages");
    sato.post(&path, &[("body", "それでも")]).await.expect(422);
    let order = app.api().order(HANDSET, "それでも", json!({}));
    let refused = app.api().post("/messages", order).await.expect(422).json();
    assert_eq!((&refused["field"], &refused["reason"]), (&json!("to"), &json!("opted_out")));
}

#[tokio::test]
async fn a_start_word_lets_texts_through_again() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("STOP").await;
    handset.sends("stop").await;
    handset.sends("START").await;
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines, ["opted_out", "closed", "reopened", "opted_in"]);
    app.api().send(HANDSET, "おかえりなさい").await;
    app.settle().await;
    assert_eq!(handset.received(), ["おかえりなさい"]);
    assert_eq!(app.raw().count("opt_outs", ""), 1);
    assert_eq!(app.raw().count("opt_outs", "where ended_at is null"), 0);
}

#[tokio::test]
async fn nobody_waits_after_a_stop_word() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("案内をください").await;
    assert_ne!(app.api().conversation(conversation).await["waiting_since"], json!(null));
    handset.sends("停止").await;
    let found = app.api().conversation(conversation).await;
    assert_eq!((&found["state"], &found["waiting_since"]), (&json!("closed"), &json!(null)));
    assert_eq!(app.api().system_lines(conversation).await, ["opted_out", "closed"]);
    assert_eq!(app.raw().count("cases", "where closed_at is null"), 0);
    let sato = app.sign_in(SATO).await;
    let waiting = sato.get("/conversations?view=waiting").await.expect(200);
    assert!(!waiting.text.contains(&conversation.to_string()));

    // Once more changes nothing, and opens nothing.
    handset.sends("停止。").await;
    assert_eq!(app.api().conversation(conversation).await["state"], "closed");
    assert_eq!(app.raw().count("cases", ""), 1);
    // A word that is none asks something again.
    handset.sends("停止しましたか").await;
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["state"], "open");
    assert_ne!(found["waiting_since"], json!(null));
}

#[tokio::test]
async fn a_conversation_somebody_has_stays_theirs_after_a_stop_word() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("案内をください").await;
    sato.post(&format!("/conversations/{conversation}/assignment"), &[]).await.expect(303);
    handset.sends("配信停止").await;
    let found = app.api().conversation(conversation).await;
    assert_eq!((&found["state"], &found["waiting_since"]), (&json!("open"), &json!(null)));
    assert_eq!(
        found["assignee"]["id"].as_str().or(found["assignee"].as_str()),
        Some(app.cast.id(SATO).to_string().as_str())
    );
}

#[tokio::test]
async fn stop_words_in_a_crowd_end_their_own_waits_only() {
    let app = TestApp::start().await;
    let signer = Signer::of(&app, &app.cast.account);
    let number = |n: usize| format!("+8190123456{n:02}");
    let posts = (0..40).map(|n| {
        let word = if n % 2 == 0 { "STOP" } else { "在庫はありますか" };
        let body = inbound(&format!("SIM{n}"), &number(n), word).to_string();
        Answer::to(signer.request(&app.http, app.now(), "inbound", body))
    });
    for answer in futures_util::future::join_all(posts).await {
        answer.expect(200);
    }
    let found = app.api().conversations().await;
    assert_eq!(found.len(), 40);
    for n in 0..40 {
        let one = found.iter().find(|one| one["contact"]["phone"] == number(n)).unwrap();
        assert_eq!(one["waiting_since"].is_null(), n % 2 == 0, "{one}");
        assert_eq!(one["state"] == "closed", n % 2 == 0, "{one}");
    }
}

#[tokio::test]
async fn a_word_that_cancels_an_interview_stops_nothing() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    for word in ["キャンセル", "CANCEL", "終了", "中止の連絡です", "電車が停止しています"]
    {
        handset.sends(word).await;
    }
    app.api().send(HANDSET, "承知しました").await;
    app.settle().await;
    assert_eq!(handset.received(), ["承知しました"]);
    assert_eq!(app.raw().count("opt_outs", ""), 0);
}

#[tokio::test]
async fn a_stop_request_holds_for_the_number_in_every_inbox() {
    let app = TestApp::start().await;
    app.handset(HANDSET).sends("退会").await;
    app.advance(TimeDelta::days(400));
    let order = json!({"inbox_id": app.cast.recruiting.0, "to": HANDSET, "body": "?"});
    // A year is longer than a token lives.
    let admin = crate::support::cast::caller(&app, app.cast.id(crate::support::cast::ADMIN)).await;
    let scopes = vec!["messages:send".to_owned()];
    let (_, token) =
        henji::actions::settings::add_token(&app, admin, "new".into(), scopes).await.unwrap();
    let api = crate::support::api::Api::new(&app, &token);
    let refused = api.post("/messages", order).await.expect(422).json();
    assert_eq!(refused["reason"], "opted_out");
}

#[tokio::test]
async fn the_carriers_word_that_somebody_stopped_is_believed() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"reject_code": "opted_out"})).await;
    let message = app.api().send(HANDSET, "?").await;
    app.deliver().await;
    assert_eq!(app.api().message(message).await["reason"], "opted_out");
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().conversation(conversation).await["contact"]["opted_out"], true);
    let order = app.api().order(HANDSET, "?", json!({}));
    app.api().post("/messages", order).await.expect(422);
}

#[tokio::test]
async fn who_wants_no_advertising_is_still_answered() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("在庫はありますか").await;
    let path = format!("/conversations/{conversation}");
    let contact = sato.get(&format!("{path}/about")).await.expect(200);
    let contact = contact.attribute("main a[href^='/contacts/']", "href").unwrap();
    let wish = [("scope", "advertising"), ("source", "user")];
    sato.post(&format!("{contact}/opt_out"), &wish).await.expect(303);

    let send = format!("{path}/messages");
    let advertises = [("body", "新商品です"), ("purpose", "advertising")];
    let refused = sato.post(&send, &advertises).await.expect(422);
    assert_eq!(refused.texts("#body"), ["新商品です"], "nothing is lost");
    assert!(refused.texts("#body-error")[0].contains("広告の配信を停止しています"));
    let field = "#composer [name=purpose][aria-invalid=true][aria-describedby=body-error]";
    assert_eq!(refused.texts(&format!("{field} [selected]")), ["広告"], "beside the field");
    let told = sato.form(&send, &advertises).header("x-fragment", "message");
    let told = Answer::to(told).await.expect(422);
    assert_eq!(told.attribute(".problem", "data-field").as_deref(), Some("purpose"));
    let first = [&advertises[..], &[("to", HANDSET), ("sender_id", "")]].concat();
    let first: Vec<_> = first.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let inbox = app.cast.reception.to_string();
    let first = [&first[..], &[("inbox_id", inbox.as_str())]].concat();
    let refused = sato.post("/conversations", &first).await.expect(422);
    assert_eq!(refused.texts("#purpose-hint").len(), 1);
    assert_eq!(refused.texts("#purpose[aria-invalid=true] [selected]"), ["広告"]);
    let order = app.api().order(HANDSET, "新商品です", json!({"purpose": "advertising"}));
    let refused = app.api().post("/messages", order).await.expect(422).json();
    assert_eq!((&refused["field"], &refused["reason"]), (&json!("purpose"), &json!("opted_out")));
    app.settle().await;
    assert!(handset.received().is_empty());

    let notifies = [("body", "届きました"), ("purpose", "notice")];
    sato.post(&send, &notifies).await.expect(303);
    sato.post(&send, &[("body", "ございます"), ("purpose", "nonsense")]).await.expect(303);
    app.settle().await;
    assert_eq!(handset.received(), ["届きました", "ございます"]);
    let page = sato.get(&path).await.expect(200);
    let lines = page.texts(".m.out .f");
    assert!(lines[0].contains("通知") && !lines[1].contains("会話"), "{lines:?}");
}
