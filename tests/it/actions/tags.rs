//! The organisation's tags, from the page that makes them to the rows that carry them.

use henji::actions::tags::{self, Wanted};
use henji::domain::id::{ConversationId, TagId};
use henji::domain::tag::TagColour;
use henji::domain::user::{Actor, Caller};
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, RECRUITING_NUMBER, SATO, TANAKA, VIEWER, YAMADA};
use crate::support::socket::Socket;

pub async fn tag(app: &TestApp, name: &str, position: i32) -> TagId {
    let wanted = Wanted { id: None, name: name.into(), colour: TagColour::Ai, position };
    tags::save(app, Caller::house(Actor::operator()), wanted).await.unwrap()
}

fn address(conversation: ConversationId, tag: TagId) -> String {
    format!("/conversations/{conversation}/tags/{tag}")
}

#[tokio::test]
async fn an_administrator_makes_orders_and_retires_tags() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let make = async |name: &str, colour: &str, position: &str| {
        let fields = [("name", name), ("colour", colour), ("position", position)];
        admin.post("/settings/tags", &fields).await
    };
    make("面接", "ai", "20").await.expect(303);
    make(" 住所変更 ", "take", "10").await.expect(303);
    let shown = async || admin.get("/settings/tags").await.expect(200).texts("tbody th");
    assert_eq!(shown().await, ["住所変更", "面接"]);
    let refused = make("面接", "yama", "30").await.expect(422);
    assert_eq!(refused.texts("#name-hint"), ["すでに使われています"]);
    for (name, position) in
        [("", "1"), ("二十一文字の名前は一覧の行に入りきらないのです", "1"), ("a", "x")]
    {
        make(name, "ai", position).await.expect(422);
    }
    let edit = admin.get("/settings/tags").await.attribute("tbody a", "href").unwrap();
    let page = edit.strip_suffix("/edit").unwrap();
    let fields = [("name", "転居"), ("colour", "yama"), ("position", "30")];
    admin.put(page, &fields).await.expect(303);
    assert_eq!(shown().await, ["面接", "転居"]);
    admin.post(&format!("{page}/retirement"), &[]).await.expect(303);
    let listed = app.api().get("/tags").await.expect(200).json();
    let names: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["面接"]);
    admin.delete(&format!("{page}/retirement")).await.expect(303);
    assert_eq!(app.api().get("/tags").await.json()["items"].as_array().unwrap().len(), 2);
    app.sign_in(SATO).await.get("/settings/tags").await.expect(404);
}

#[tokio::test]
async fn a_tag_goes_on_and_off_and_rows_and_programs_show_it() {
    let app = TestApp::start().await;
    let (interview, move_house) = (tag(&app, "面接", 1).await, tag(&app, "転居", 2).await);
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset("+819012345678").sends("?").await;
    for tag in [move_house, interview, interview] {
        sato.post(&address(conversation, tag), &[]).await.expect(303);
    }
    let events = app.last_event().await;
    sato.post(&address(conversation, interview), &[]).await.expect(303);
    assert_eq!(app.last_event().await, events, "it was there already");
    let chips = async |page: &Answer, part: &str| page.texts(&format!("{part} .chip.tag"));
    let page = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    let row = format!("#row-{conversation} .tags");
    assert_eq!(chips(&page, &row).await, ["面接", "転居"]);
    assert_eq!(chips(&page, ".side > .tags >").await, ["面接", "転居"]);
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["tags"][0], json!({ "id": interview.0, "name": "面接", "colour": "ai" }));
    let path = format!("/conversations/{conversation}/tags/{interview}");
    let left = app.api().delete(&path).await.expect(200).json();
    assert_eq!(left["tags"].as_array().unwrap().len(), 1);
    let put = app.api().put(&path, json!({})).await.expect(200).json();
    assert_eq!(put["tags"].as_array().unwrap().len(), 2);
    sato.delete(&address(conversation, interview)).await.expect(303);
    let row = app.api().conversations().await.remove(0);
    assert_eq!(row["tags"][0]["name"], "転居");
}

#[tokio::test]
async fn what_is_not_offered_cannot_be_put_on_but_taken_off() {
    let app = TestApp::start().await;
    let old = tag(&app, "旧", 1).await;
    let sato = app.sign_in(SATO).await;
    let (first, second) = (
        app.handset("+819011110001").sends("?").await,
        app.handset("+819011110002").sends("?").await,
    );
    sato.post(&address(first, old), &[]).await.expect(303);
    tags::retire(&app, Caller::house(Actor::operator()), old, true).await.unwrap();
    sato.post(&address(second, old), &[]).await.expect(422);
    let page = sato.get(&format!("/conversations/{first}")).await.expect(200);
    assert_eq!(page.texts(".side > .tags > .chip"), ["旧"], "where it was put it stays");
    sato.delete(&address(first, old)).await.expect(303);
    assert_eq!(app.api().conversation(first).await["tags"], json!([]));
    let unknown = TagId(uuid::Uuid::now_v7());
    sato.post(&address(first, unknown), &[]).await.expect(422);
}

#[tokio::test]
async fn a_list_is_narrowed_to_a_tag() {
    let app = TestApp::start().await;
    let interview = tag(&app, "面接", 1).await;
    let sato = app.sign_in(SATO).await;
    let with = app.handset("+819011110001").sends("?").await;
    app.handset("+819011110002").sends("?").await;
    sato.post(&address(with, interview), &[]).await.expect(303);
    let path = format!("/conversations?view=all&tag={interview}");
    let rows = sato.get(&path).await.expect(200);
    assert_eq!(rows.attribute("#rows > li", "id").unwrap(), format!("row-{with}"));
    assert_eq!(rows.texts("#rows > li").len(), 1);
    assert_eq!(sato.get("/conversations?view=all").await.texts("#rows > li").len(), 2);
    let found = app.api().get(&format!("/conversations?tag_id={interview}")).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    // The tag of an address that means none is no filter.
    assert_eq!(sato.get("/conversations?view=all&tag=x").await.texts("#rows > li").len(), 2);
}

#[tokio::test]
async fn who_may_not_see_or_answer_puts_no_tag_on() {
    let app = TestApp::start().await;
    let interview = tag(&app, "面接", 1).await;
    let conversation = app.handset("+819012345678").sends("?").await;
    let path = address(conversation, interview);
    app.sign_in(YAMADA).await.post(&path, &[]).await.expect(404);
    app.sign_in(YAMADA).await.delete(&path).await.expect(404);
    app.sign_in(VIEWER).await.post(&path, &[]).await.expect(403);
    assert_eq!(app.api().conversation(conversation).await["tags"], json!([]));
}

#[tokio::test]
async fn colleagues_see_a_tag_at_once() {
    let app = TestApp::start().await;
    let interview = tag(&app, "面接", 1).await;
    let conversation = app.handset("+819012345678").sends("?").await;
    app.handset("+819012345679").sends_to(RECRUITING_NUMBER, "?", None).await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &tanaka, start).await;
    socket.watch(conversation, start).await;
    sato.post(&address(conversation, interview), &[]).await.expect(303);
    let frame = socket.next_of("ev").await.to_string();
    for part in ["row-", "side-", "面接"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}
