//! A conversation's page: where the news begin, and what it was drawn at.

use chrono::TimeDelta;
use henji::cli::demo;
use henji::domain::id::ConversationId;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, TANAKA};

const HANDSET: &str = "+819012345678";

/// The words of the line under 「ここから未読」.
async fn first_unread(reader: &Browser, path: &str) -> Vec<String> {
    let page = reader.get(path).await.expect(200);
    page.texts("li.line:has(#unread) .b")
}

async fn read(reader: &Browser, conversation: ConversationId) {
    let path = format!("/conversations/{conversation}/read");
    reader.put(&path, &[]).await.expect(204);
}

#[tokio::test]
async fn who_never_opened_a_conversation_is_told_where_to_begin() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("一通目").await;
    handset.sends("二通目").await;
    let path = format!("/conversations/{conversation}");
    assert_eq!(first_unread(&sato, &path).await, ["一通目"]);
    read(&sato, conversation).await;
    assert!(first_unread(&sato, &path).await.is_empty());
    app.advance(TimeDelta::seconds(1));
    handset.sends("三通目").await;
    handset.sends("四通目").await;
    assert_eq!(first_unread(&sato, &path).await, ["三通目"]);
    assert_eq!(first_unread(&tanaka, &path).await, ["一通目"], "each reader has their own");
}

#[tokio::test]
async fn in_a_long_history_the_news_begin_where_the_customer_waits() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let handset = app.handset(HANDSET);
    let mut conversation = handset.sends("最初").await;
    for n in 0..70 {
        conversation = handset.sends(&format!("続き{n}")).await;
    }
    sato.reply(conversation, "承知しました").await;
    app.settle().await;
    let path = format!("/conversations/{conversation}");
    assert!(first_unread(&tanaka, &path).await.is_empty(), "nobody waits");
    handset.sends("もう一つ").await;
    handset.sends("さらに").await;
    assert_eq!(first_unread(&tanaka, &path).await, ["もう一つ"]);
    // An older page never tells it again.
    let page = tanaka.get(&path).await.expect(200);
    let older = page.attribute("#older", "href").expect("an older page");
    assert!(first_unread(&tanaka, &older).await.is_empty());
}

#[tokio::test]
async fn a_page_of_the_sample_can_be_answered_once() {
    let app = TestApp::unfurnished().await;
    let made = demo::fill(&app, 400, 7).await.unwrap();
    let agents = [Browser::new(&app), Browser::new(&app)];
    agents[0].sign_in("sato@example.jp", &made.password).await;
    agents[1].sign_in("yamamoto@example.jp", &made.password).await;
    let list = agents[0].get("/conversations?view=waiting").await.expect(200);
    let thread = list.attribute("a.row", "href").expect("somebody waits");
    let path = thread.split('?').next().unwrap().to_owned();

    let page = agents[1].get(&path).await.expect(200);
    let seen = page.attribute("[name=seen_seq]", "value").unwrap();
    assert_eq!(seen, app.last_event().await.to_string(), "the newest event there is");
    assert_ne!(seen, "0");
    // Nothing has happened since the page was drawn: no text of the sample is news.
    let missed = agents[1].get(&format!("/events?after={seen}&wait=0")).await.expect(200).json();
    let is_event = |frame: &Value| frame["t"] == "ev";
    assert!(!missed.as_array().unwrap().iter().any(is_event), "{missed}");

    let answer = |browser: &Browser, body| {
        let fields = [("body", body), ("seen_seq", seen.as_str())];
        browser.form(&format!("{path}/messages"), &fields).header("x-fragment", "message")
    };
    Answer::to(answer(&agents[0], "先に答えます")).await.expect(200);
    let refused = Answer::to(answer(&agents[1], "同じことを答えます")).await.expect(409);
    assert!(refused.text.contains("先に答えます"), "{}", refused.text);
    app.leaves_work();
}

#[tokio::test]
async fn a_row_leads_to_its_thread_beside_the_same_list() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("在庫はありますか").await;
    let inbox = app.cast.reception;
    for query in ["?view=waiting".to_owned(), format!("?view=all&inbox={inbox}")] {
        let list = sato.get(&format!("/conversations{query}")).await.expect(200);
        let href = list.attribute(&format!("#row-{conversation} a"), "href").unwrap();
        assert_eq!(href, format!("/conversations/{conversation}{query}#latest"));
        let page = sato.get(href.trim_end_matches("#latest")).await.expect(200);
        let tab = query.split(['=', '&']).nth(1).map(str::to_owned);
        assert_eq!(page.attribute("#list", "data-tab"), tab);
        assert_eq!(page.attribute("#list", "data-inbox").is_some(), query.contains("inbox"));
    }
}

#[tokio::test]
async fn a_conversation_is_put_aside_to_any_time() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("来月またお願いします").await;
    let path = format!("/conversations/{conversation}/snooze");
    let snoozed = async || app.api().conversation(conversation).await["snoozed_until"].clone();
    for (typed, why) in [
        ("", "保留にする日時を選んでください"),
        ("来月", "保留にする日時を選んでください"),
        ("2020-01-01T09:00", "未来の日時にしてください"),
    ] {
        let refused = sato.post(&path, &[("until_at", typed)]).await.expect(422);
        assert!(refused.text.contains(why), "{typed}: {}", refused.texts("body").join(" "));
        let form = sato.form(&path, &[("until_at", typed)]).header("x-fragment", "head");
        let line = Answer::to(form).await.expect(422).texts(".problem");
        assert!(line.join(" ").contains(why), "{typed}: {line:?}");
        assert!(snoozed().await.is_null());
    }
    // Nine in the morning where the inbox is.
    sato.post(&path, &[("until_at", "2027-01-05T09:00")]).await.expect(303);
    assert_eq!(snoozed().await, "2027-01-05T00:00:00Z");
}
