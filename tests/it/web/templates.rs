//! Texts that are written often, and what must not leave in any text.

use henji::domain::id::ConversationId;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO, SUZUKI, VIEWER, YAMADA};

const HANDSET: &str = "+819012345678";
const THANKS: &str = "{{氏名}}様 お問い合わせありがとうございます。{{会社名}}の{{担当者}}です。";

#[tokio::test]
async fn a_template_is_made_found_filled_changed_and_removed() {
    let app = TestApp::start().await;
    let (admin, sato) = (app.sign_in(ADMIN).await, app.sign_in(SATO).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    assert!(choices(&sato, conversation).await.is_empty());
    make(&admin, "お礼", THANKS, &[("shortcut", "orei"), ("locale", "ja")]).await.expect(303);
    let list = admin.get("/settings/templates").await.expect(200);
    assert_eq!(list.texts("tbody th"), ["お礼"]);

    // Nobody knows the name yet: the place stays, and the text cannot leave.
    let text = choices(&sato, conversation).await.remove(0);
    assert_eq!(text, "{{氏名}}様 お問い合わせありがとうございます。さくら電力の佐藤 花です。");
    let refused = send(&sato, conversation, &text, &[]).await.expect(422);
    assert!(refused.text.contains("差し込み項目"), "{}", refused.text);
    sato.put(&format!("/conversations/{conversation}/contact"), &[("name", "山田 花子")]).await;
    let text = choices(&sato, conversation).await.remove(0);
    assert!(text.starts_with("山田 花子様 "), "{text}");
    send(&sato, conversation, &text, &[]).await.expect(200);
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), [text]);

    let edit = list.attribute("tbody th a", "href").unwrap();
    let path = edit.trim_end_matches("/edit");
    let page = admin.get(&edit).await.expect(200);
    assert_eq!(page.texts("#template-body"), [THANKS]);
    admin.put(path, &[("name", "お礼2"), ("body", "どうも")]).await.expect(303);
    assert_eq!(choices(&sato, conversation).await, ["どうも"]);
    admin.delete(path).await.expect(303);
    assert!(choices(&sato, conversation).await.is_empty());
    admin.get(&edit).await.expect(404);
    let audit = admin.get("/settings/audit").await.expect(200);
    for deed in ["テンプレートの作成", "テンプレートの変更", "テンプレートの削除"]
    {
        assert!(audit.text.contains(deed), "{deed}");
    }
}

#[tokio::test]
async fn a_template_of_one_inbox_is_not_of_another() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let (here, there) = (app.cast.reception.to_string(), app.cast.recruiting.to_string());
    make(&admin, "受付", "受付です", &[("inbox_id", &here)]).await.expect(303);
    make(&admin, "採用", "採用です", &[("inbox_id", &there)]).await.expect(303);
    make(&admin, "全部", "どこでも", &[]).await.expect(303);
    let sato = app.sign_in(SATO).await;
    assert_eq!(choices(&sato, conversation).await, ["どこでも", "受付です"]);
    let path = format!("/conversations/{conversation}/templates");
    app.sign_in(YAMADA).await.fragment(&path, "templates").await.expect(404);
    app.sign_in(VIEWER).await.fragment(&path, "templates").await.expect(403);
    app.sign_in(SUZUKI).await.get("/settings/templates").await.expect(404);

    // Nor by asking for it by name, without scripts.
    let page = admin.get("/settings/templates").await.expect(200);
    let ids = ids_on(&page);
    let insert = format!("/conversations/{conversation}/draft?insert");
    for (name, expected) in [("受付", 303), ("採用", 404), ("全部", 303)] {
        let fields = [("template_id", ids[name].as_str()), ("body", "こんにちは")];
        sato.put(&insert, &fields).await.expect(expected);
    }
    let page = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert_eq!(page.texts("#body"), ["こんにちは どこでも"]);
}

#[tokio::test]
async fn a_template_that_could_never_be_sent_is_refused_where_it_is_made() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let nobodys = Uuid::now_v7().to_string();
    for (name, body, more, field) in [
        ("", "本文", ("shortcut", ""), "name"),
        ("題\u{0}", "本文", ("shortcut", ""), "name"),
        ("題", "本文", ("shortcut", "a\u{0}"), "shortcut"),
        ("題", " ", ("shortcut", ""), "body"),
        ("題", "{{日付}}に伺います", ("shortcut", ""), "body"),
        ("題", "本文", ("shortcut", "a b"), "shortcut"),
        ("題", "本文", ("inbox_id", nobodys.as_str()), "inbox_id"),
    ] {
        let refused = make(&admin, name, body, &[more]).await.expect(422);
        let wrong = format!("#{field}-hint.wrong");
        assert_eq!(refused.texts(&wrong).len(), 1, "{name} {body} {more:?}");
        assert_eq!(refused.texts("#template-body"), [body.trim()]);
    }
    assert_eq!(app.raw().number("select count(*) as n from templates"), 0);
}

#[tokio::test]
async fn card_numbers_and_my_numbers_do_not_leave() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    for (body, says) in [
        ("カード番号は4111 1111 1111 1111です", "カード番号が含まれています"),
        ("カード番号 ４１１１－１１１１－１１１１－１１１１", "カード番号が含まれています"),
        ("マイナンバーは9832 0567 3214です", "マイナンバーが含まれています"),
    ] {
        // To say that one is sure changes nothing.
        for more in [&[][..], &[("despite_doubt", "1")]] {
            let refused = send(&sato, conversation, body, more).await.expect(422);
            assert!(refused.text.contains(says), "{}", refused.text);
        }
        let refused = app.api().post("/messages", order(&app, body)).await.expect(422);
        assert_eq!(refused.json()["field"], "body", "{}", refused.text);
        let new =
            [("sender_id", sender(&sato).await), ("to", HANDSET.into()), ("body", body.into())];
        let new: Vec<_> = new.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = sato.post("/conversations", &new).await.expect(422);
        assert!(refused.text.contains(says));
    }
    assert_eq!(app.api().texts(conversation).await, ["?"]);
}

#[tokio::test]
async fn digits_that_only_look_so_are_asked_about_once_and_noted() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let body = "お客様の番号は 4111 1111 1111 1111 です";
    let path = format!("/conversations/{conversation}/messages");
    let asked = sato.post(&path, &[("body", body)]).await.expect(422);
    assert_eq!(asked.texts("#body"), [body]);
    assert!(asked.texts("#body-error")[0].contains("カード番号かもしれない"));
    let sure = asked.attribute("#composer [name=despite_doubt]", "value").unwrap();
    sato.post(&path, &[("body", body), ("despite_doubt", &sure)]).await.expect(303);
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), [body]);
    let noted =
        app.raw().texts("select detail as t from audit_entries where action = 'message.send'");
    assert_eq!(noted, ["despite card_number"]);
}

async fn make(admin: &Browser, name: &str, body: &str, more: &[(&str, &str)]) -> Answer {
    admin.post("/settings/templates", &[&[("name", name), ("body", body)], more].concat()).await
}

/// The texts that are offered, as they would be inserted.
async fn choices(who: &Browser, conversation: ConversationId) -> Vec<String> {
    let path = format!("/conversations/{conversation}/templates");
    let list = who.fragment(&path, "templates").await.expect(200);
    list.texts("[role=option] span")
}

async fn send(
    who: &Browser,
    conversation: ConversationId,
    body: &str,
    more: &[(&str, &str)],
) -> Answer {
    let path = format!("/conversations/{conversation}/messages");
    let fields = [&[("body", body)], more].concat();
    Answer::to(who.form(&path, &fields).header("x-fragment", "message")).await
}

fn order(app: &TestApp, body: &str) -> serde_json::Value {
    json!({"inbox_id": app.cast.reception.to_string(), "to": HANDSET, "body": body})
}

async fn sender(who: &Browser) -> String {
    let page = who.get("/conversations/new").await.expect(200);
    page.attribute("[name=sender_id] option, input[name=sender_id]", "value").unwrap()
}

fn ids_on(page: &Answer) -> std::collections::HashMap<String, String> {
    let html = page.html();
    let links = scraper::Selector::parse("tbody th a").unwrap();
    let id = |href: &str| href.split('/').nth(3).unwrap().to_owned();
    html.select(&links)
        .map(|link| (link.text().collect(), id(link.value().attr("href").unwrap())))
        .collect()
}
