//! Advertising goes to nobody who has not agreed to it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, YAMADA};

const HANDSET: &str = "+819012345678";
const OTHER: &str = "+819087654321";

#[tokio::test]
async fn an_advertisement_waits_for_consent_and_ends_with_it() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("在庫はありますか").await;
    let contact = contact_of(&app, HANDSET).await;
    let send = format!("/conversations/{conversation}/messages");
    let advertises = |body| [("body", body), ("purpose", "advertising")];

    let refused = sato.post(&send, &advertises("一")).await.expect(422);
    assert!(refused.texts("#body-error")[0].contains("同意が記録されていません"));
    let cure = refused.attribute("#body-error a:not([hidden])", "href");
    assert_eq!(cure, Some(format!("{contact}#consent")));
    assert_eq!(refused.texts("#composer [name=purpose][aria-invalid=true] [selected]"), ["広告"]);
    assert_eq!(ordered(&app, HANDSET).await, "no_consent");
    sato.post(&send, &[("body", "二"), ("purpose", "notice")]).await.expect(303);

    let last_week = day(&app, -7);
    let agrees = |day| [("source", "form"), ("given_on", day), ("wording", "秘密の文面")];
    record(&sato, &contact, &agrees(&last_week)).await.expect(303);
    let page = sato.get(&contact).await.expect(200);
    assert!(page.texts("#consents li")[0].contains("秘密の文面"));
    sato.post(&send, &advertises("三")).await.expect(303);

    // What was agreed to before a stop is not agreed to after it.
    app.settle().await;
    handset.sends("STOP").await;
    assert_eq!(ordered(&app, HANDSET).await, "opted_out");
    let refused = record(&sato, &contact, &agrees(&last_week)).await.expect(422);
    assert!(refused.texts("#record-consent").join("").contains("停止中"));
    app.advance(TimeDelta::seconds(1));
    handset.sends("START").await;
    sato.post(&send, &advertises("四")).await.expect(303);
    // It was not sent yet.
    let stop = [("scope", "advertising"), ("source", "user")];
    sato.post(&format!("{contact}/opt_out"), &stop).await.expect(303);
    app.settle().await;
    assert_eq!(handset.received(), ["二", "三"]);
    let refused = record(&sato, &contact, &agrees(&last_week)).await.expect(422);
    assert_eq!(refused.texts("#given_on-hint").len(), 1);
    assert_eq!(refused.texts("#wording"), ["秘密の文面"], "nothing is lost");
    app.advance(TimeDelta::seconds(1));
    record(&sato, &contact, &agrees(&day(&app, 0))).await.expect(303);
    assert_eq!(ordered(&app, HANDSET).await, "");

    let told = sato.get(&contact).await.expect(200).texts("#consents li b");
    assert_eq!(told, ["同意", "停止・取り消し", "同意", "停止・取り消し", "同意"]);
    let kept = app.raw().texts(
        "select t from (select kind as t from events union all \
        select action || ' ' || detail from audit_entries) as s",
    );
    assert!(kept.iter().any(|line| line == "contact.consent advertising form"));
    assert!(kept.iter().all(|line| !line.contains("秘密")));
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines.iter().filter(|line| *line == "consented").count(), 2);
    app.settle().await;
}

#[tokio::test]
async fn a_start_word_gives_nobody_what_they_had_not_agreed_to() {
    let app = TestApp::start().await;
    app.handset(HANDSET).sends("STOP").await;
    app.handset(HANDSET).sends("START").await;
    assert_eq!(ordered(&app, HANDSET).await, "no_consent");
    let sato = app.sign_in(SATO).await;
    let contact = contact_of(&app, HANDSET).await;
    let tomorrow = day(&app, 1);
    for day in [tomorrow.as_str(), "", "yesterday"] {
        let refused = record(&sato, &contact, &[("source", "form"), ("given_on", day)]).await;
        assert_eq!(refused.expect(422).texts("#given_on-hint").len(), 1, "{day}");
    }
    let machine = [("source", "provider"), ("given_on", "2026-01-01")];
    record(&sato, &contact, &machine).await.expect(400);
    let yamada = app.sign_in(YAMADA).await;
    record(&yamada, &contact, &[("source", "form"), ("given_on", "2026-01-01")]).await.expect(404);
    assert_eq!(app.raw().count("consents", "where decision = 'given'"), 0);
}

#[tokio::test]
async fn consent_holds_for_the_numbers_of_a_person_while_they_are_one() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    for number in [HANDSET, OTHER] {
        app.handset(number).sends("?").await;
    }
    let (one, two) = (contact_of(&app, HANDSET).await, contact_of(&app, OTHER).await);
    let agreed = [("source", "customer"), ("given_on", "2026-01-05")];
    record(&sato, &one, &agreed).await.expect(303);
    assert_eq!(ordered(&app, OTHER).await, "no_consent");
    let two_id = two.rsplit('/').next().unwrap();
    sato.post(&format!("{one}/merge"), &[("contact", two_id)]).await.expect(303);
    let order = app.api().order(OTHER, "新商品です", json!({"purpose": "advertising"}));
    let message = app.api().post("/messages", order).await.expect(201).json();
    sato.delete(&format!("{two}/merge")).await.expect(303);
    app.settle().await;
    let id = message["id"].as_str().unwrap();
    let found = app.api().get(&format!("/messages/{id}")).await.expect(200).json();
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("no_consent")));
    assert_eq!(ordered(&app, OTHER).await, "no_consent");
    assert_eq!(ordered(&app, HANDSET).await, "", "who agreed still does");
    app.settle().await;
}

#[tokio::test]
async fn programs_record_consent_and_read_it() {
    let app = TestApp::start().await;
    app.handset(HANDSET).sends("?").await;
    let path = format!("{}/consents", contact_of(&app, HANDSET).await);
    let said_at = (app.now() - TimeDelta::hours(3)).to_rfc3339();
    let agreed = json!({"source": "form", "said_at": said_at, "wording": "お得な情報"});
    let made = app.api().post(&path, agreed).await.expect(201).json();
    assert_eq!((&made["decision"], &made["source"]), (&json!("given"), &json!("form")));
    app.advance(TimeDelta::seconds(1));
    let taken = app.api().delete(&path).await.expect(200).json();
    assert_eq!((&taken["decision"], &taken["source"]), (&json!("withdrawn"), &json!("api")));
    let refused = app.api().post(&path, json!({"said_at": said_at})).await.expect(422).json();
    assert_eq!((&refused["field"], &refused["reason"]), (&json!("said_at"), &json!("before_stop")));
    for wrong in [json!({"source": "hearsay"}), json!({"given": true})] {
        app.api().post(&path, wrong).await.expect(422);
    }
    let all = app.api().get(&path).await.expect(200).json();
    let words: Vec<&Value> =
        all["items"].as_array().unwrap().iter().map(|one| &one["decision"]).collect();
    assert_eq!(words, [&json!("withdrawn"), &json!("given")]);
    assert_eq!(all["items"][1]["wording"], "お得な情報");
}

/// Why a program's advertisement is refused; nothing where it is taken.
async fn ordered(app: &TestApp, number: &str) -> String {
    let order = app.api().order(number, "新商品です", json!({"purpose": "advertising"}));
    let answer = app.api().post("/messages", order).await;
    match answer.status {
        201 => String::new(),
        _ => answer.expect(422).json()["reason"].as_str().unwrap().to_owned(),
    }
}

/// A day of the house, so many from today.
fn day(app: &TestApp, days: i64) -> String {
    let tokyo = TimeDelta::hours(9);
    (app.now() + tokyo + TimeDelta::days(days)).format("%Y-%m-%d").to_string()
}

async fn record(who: &Browser, contact: &str, fields: &[(&str, &str)]) -> Answer {
    who.post(&format!("{contact}/consents"), fields).await
}

async fn contact_of(app: &TestApp, number: &str) -> String {
    let conversation = app.api().conversation_with(number).await;
    let found = app.api().conversation(conversation).await;
    format!("/contacts/{}", found["contact"]["id"].as_str().unwrap())
}
