//! Search: what is found, by whom, and what becomes of the index.

use henji::domain::id::ConversationId;

use crate::actions::tags::tag;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, RECRUITING_NUMBER, SATO, VIEWER, YAMADA};

mod api;
mod index;
mod landing;

const HANDSET: &str = "+819012345678";

/// What the hits of a page say, newest first.
async fn said(reader: &Browser, asked: &str) -> Vec<String> {
    page(reader, asked).await.texts("ol.found .said")
}

async fn page(reader: &Browser, asked: &str) -> Answer {
    reader.get(&format!("/search?q={asked}")).await.expect(200)
}

async fn contacts(reader: &Browser, asked: &str) -> Vec<String> {
    page(reader, asked).await.texts("ul.found .nm")
}

#[tokio::test]
async fn both_languages_and_every_kind_of_line_are_found() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("面接の候補日を教えてください").await;
    app.handset(HANDSET).sends("Meeting at the ＳＴＡＴＩＯＮ, 駅前で").await;
    sato.reply(conversation, "面接は15:00からです。ﾋﾞﾙの3階へ").await;
    sato.note(conversation, "面接の件、要確認").await;
    app.index().await;
    for (asked, found) in [
        ("面接", 3),
        ("候補", 1),
        ("station", 1),
        ("Ｍｅｅｔｉｎｇ", 1),
        ("ビル", 1),
        ("15:00", 1),
        ("駅", 1),
        ("a", 1),
        ("面接 確認", 1),
        ("面接%E3%80%80確認", 1),
        ("確認 駅前", 0),
        ("面談", 0),
        ("接面", 0),
    ] {
        assert_eq!(said(&sato, asked).await.len(), found, "{asked}");
    }
    let found = page(&sato, "面接").await;
    assert_eq!(found.texts("ol.found mark"), ["面接", "面接", "面接"]);
    assert_eq!(
        found.texts("ol.found .said"),
        ["面接の件、要確認", "面接は15:00からです。ﾋﾞﾙの3階へ", "面接の候補日を教えてください"]
    );
    assert_eq!(page(&sato, "ビル").await.texts("mark"), ["ﾋﾞﾙ"], "as it was written");
    let whose = found.texts("ol.found .of");
    assert_eq!(whose, ["社内メモ · 佐藤 花", "佐藤 花", "お客様"]);
    let viewer = app.sign_in(VIEWER).await;
    assert_eq!(said(&viewer, "面接").await.len(), 3, "who reads the thread finds it");
    // Lines of the system are none of anybody's words.
    app.sign_in(ADMIN).await.post(&format!("/conversations/{conversation}/closure"), &[]).await;
    app.index().await;
    assert!(said(&sato, "closed").await.is_empty());
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (sato, yamada) = (app.sign_in(SATO).await, app.sign_in(YAMADA).await);
    let conversation = app.handset(HANDSET).sends("受付の面接").await;
    app.handset("+819099998888").sends_to(RECRUITING_NUMBER, "採用の面接", None).await;
    let name = [("name", "面接 花子")];
    sato.put(&format!("/conversations/{conversation}/contact"), &name).await.expect(303);
    app.index().await;
    assert_eq!(said(&sato, "面接").await, ["受付の面接"]);
    assert_eq!(said(&yamada, "面接").await, ["採用の面接"]);
    assert_eq!(contacts(&sato, "面接").await, ["面接 花子"]);
    assert!(contacts(&yamada, "面接").await.is_empty());
    assert!(contacts(&yamada, "1234").await.is_empty());
    let other = format!("面接&inbox={}", app.cast.reception);
    assert_eq!(said(&yamada, &other).await, ["採用の面接"], "a filter opens nothing");
    let admin = app.sign_in(ADMIN).await;
    assert_eq!(said(&admin, "面接").await.len(), 2);
    assert_eq!(said(&admin, &other).await, ["受付の面接"]);
}

#[tokio::test]
async fn people_are_found_by_name_and_number_and_the_index_follows() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("折り返しください").await;
    app.index().await;
    let number = "090-1234-5678";
    let asked = ["1234", "12345678", "090-1234-5678", "%2B819012345678", "%2B81 90-1234-5678"];
    for asked in asked.into_iter().chain(["0901", "０９０１２３４", "090 1234"]) {
        assert_eq!(contacts(&sato, asked).await, [number], "{asked}");
    }
    assert!(contacts(&sato, "4321").await.is_empty());
    assert!(contacts(&sato, "678").await.is_empty(), "too few digits to mean a number");
    let rename = async |name: &str| {
        let path = format!("/conversations/{conversation}/contact");
        sato.put(&path, &[("name", name)]).await.expect(303);
        app.index().await;
    };
    rename("山田 花子").await;
    for asked in ["山田", "花子", "山田花子", "花", "山田 花子", "山田 1234"] {
        assert_eq!(contacts(&sato, asked).await, ["山田 花子"], "{asked}");
    }
    // A name and a word of a text.
    assert_eq!(said(&sato, "山田 折り返し").await, ["折り返しください"]);
    assert!(said(&sato, "山田").await.is_empty(), "no text says so");
    assert!(said(&sato, "鈴木 折り返し").await.is_empty());
    rename("佐々木").await;
    assert!(contacts(&sato, "山田").await.is_empty());
    assert!(said(&sato, "山田 折り返し").await.is_empty());
    assert_eq!(contacts(&sato, "佐々").await, ["佐々木"]);
    rename("").await;
    assert!(contacts(&sato, "佐々").await.is_empty());
    assert_eq!(contacts(&sato, "5678").await, [number]);
}

#[tokio::test]
async fn one_time_codes_are_nobodys_to_find() {
    let app = TestApp::start().await;
    app.leaves_work();
    let order = |purpose: &str| {
        let more = serde_json::json!({"purpose": purpose});
        app.api().order(HANDSET, "確認コード 481516", more)
    };
    app.api().post("/messages", order("verification")).await.expect(201);
    app.api().post("/messages", order("notice")).await.expect(201);
    app.index().await;
    assert_eq!(said(&app.sign_in(SATO).await, "481516").await.len(), 1);
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    for n in 0..70 {
        app.handset(HANDSET).sends(&format!("予約番号{n:03}番")).await;
    }
    app.index().await;
    let mut found = Vec::new();
    let mut path = "/search?q=予約".to_owned();
    for page in 0..3 {
        if page == 1 {
            // What comes meanwhile is not put in between.
            app.handset(HANDSET).sends("予約番号999番").await;
            app.index().await;
        }
        let answer = sato.get(&path).await.expect(200);
        found.extend(answer.texts("ol.found .said"));
        match answer.attribute("#older-hits", "href") {
            Some(next) => path = next,
            None => assert_eq!(page, 2),
        }
    }
    let expected: Vec<_> = (0..70).rev().map(|n| format!("予約番号{n:03}番")).collect();
    assert_eq!(found, expected);
    // A place in an index that is no more is the beginning.
    let search = app.store.search();
    app.store.read(move |_| search.forget()).await.unwrap();
    app.index().await;
    assert_eq!(sato.get(&path).await.expect(200).texts("ol.found .said")[0], "予約番号999番");
}

#[tokio::test]
async fn days_are_those_of_the_house() {
    let app = TestApp::start().await;
    app.leaves_work();
    // 2026-11-22 07:50 in Tokyo.
    app.handset(HANDSET).sends("予約 その一").await;
    app.advance(chrono::TimeDelta::hours(17));
    app.handset(HANDSET).sends("予約 その二").await;
    app.index().await;
    let sato = app.sign_in(SATO).await;
    for (asked, found) in [
        ("予約", 2),
        ("予約&from=2026-11-22", 2),
        ("予約&from=2026-11-23", 1),
        ("予約&to=2026-11-22", 1),
        ("予約&to=2026-11-21", 0),
        ("予約&from=2026-11-22&to=2026-11-22", 1),
        ("予約 from:2026-11-23", 1),
        ("予約 to:2026/11/22", 1),
        ("from:2026-11-23", 1),
        ("予約&from=yesterday", 2),
    ] {
        assert_eq!(said(&sato, asked).await.len(), found, "{asked}");
    }
    let page = page(&sato, "予約 from:2026-11-23").await;
    assert_eq!(page.attribute("#from", "value").unwrap(), "2026-11-23", "shown in its field");
    assert_eq!(page.attribute("#q", "value").unwrap(), "予約");
}

#[tokio::test]
async fn a_tag_narrows_what_is_found() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let tag = tag(&app, "面接", 10).await;
    let with = app.handset(HANDSET).sends("予約の件です").await;
    app.handset("+819012345679").sends("予約を取り消したい").await;
    sato.post(&format!("/conversations/{with}/tags/{tag}"), &[]).await.expect(303);
    app.index().await;
    for (asked, found) in [
        ("予約".to_owned(), 2),
        (format!("予約&tag={tag}"), 1),
        (format!("&tag={tag}"), 1),
        (format!("取り消し&tag={tag}"), 0),
        // None that there is: nothing is narrowed.
        (format!("予約&tag={with}"), 2),
    ] {
        assert_eq!(said(&sato, &asked).await.len(), found, "{asked}");
    }
    let page = page(&sato, &format!("予約&tag={tag}")).await;
    assert_eq!(page.attribute("#tag option[selected]", "value").unwrap(), tag.to_string());
    let yamada = app.sign_in(YAMADA).await;
    assert!(said(&yamada, &format!("&tag={tag}")).await.is_empty());
}

#[tokio::test]
async fn a_page_says_what_to_do() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let beginning = sato.get("/search").await.expect(200);
    assert_eq!(beginning.texts(".empty b"), ["何でも探せます"]);
    app.index().await;
    let nothing = page(&sato, "面接").await;
    assert_eq!(nothing.texts(".empty b"), ["見つかりませんでした"]);
    let narrowed = page(&sato, "面接&from=2026-11-01").await;
    assert_eq!(narrowed.attribute(".empty a.btn", "href").unwrap(), "/search?q=%E9%9D%A2%E6%8E%A5");
    let long = sato.get(&format!("/search?q={}", "あ".repeat(201))).await.expect(422);
    assert_eq!(long.texts("#q-error").len(), 1);
    // What is asked stands in its field, and nowhere as markup.
    let odd = page(&sato, "%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(odd.attribute("#q", "value").unwrap().starts_with("\"><script>"));
    assert_eq!(odd.texts("script").concat(), "");
}

fn thread(conversation: ConversationId, query: &str) -> String {
    format!("/conversations/{conversation}?{query}")
}
