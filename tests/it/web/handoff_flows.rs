//! Phone menus on their pages: written by administrators, read by whoever sees the inbox.

use chrono::TimeDelta;
use henji::actions::teams;
use henji::clock::fresh_id;
use henji::domain::handoff::{Flow, Overflow};
use henji::domain::id::TeamId;
use henji::domain::user::{Actor, Caller};
use henji::store::templates::Template;
use henji::store::{handoff_flows, templates};
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, AUDITOR, SATO, SUZUKI, VIEWER, YAMADA};

const LIST: &str = "/handoff_flows";
const CALLER: &str = "+819012345678";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

async fn team(app: &TestApp) -> TeamId {
    let wanted = teams::Wanted {
        id: None,
        name: "返品".into(),
        members: [app.cast.id(SATO)].into(),
        inboxes: [app.cast.reception].into(),
    };
    teams::save(app, Caller::house(Actor::operator()), wanted).await.unwrap()
}

/// A menu of two keys, as it is typed.
fn typed<'a>(inbox: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("name", "代表"),
        ("inbox_id", inbox),
        ("called", "03-1234-5678"),
        ("duplicate_minutes", "30"),
        ("return_days", "7"),
        ("rows", "3"),
        ("digit_1", "１"),
        ("topic_1", "返品・交換"),
        ("body_1", "お手続きはこちら {url}"),
        ("url_1", "https://example.com/returns"),
        ("purpose_1", "notice"),
        ("digit_3", "2"),
        ("topic_3", "その他"),
        ("body_3", "ご返信ください"),
    ];
    // What comes first holds.
    more.iter().copied().chain(own).collect()
}

async fn make(app: &TestApp, admin: &Browser, more: &[(&str, &str)]) -> Flow {
    let inbox = app.cast.reception.to_string();
    admin.post(LIST, &typed(&inbox, more)).await.expect(303);
    found(app).await
}

async fn found(app: &TestApp) -> Flow {
    let found = app.store.read(|db| handoff_flows::find_by_name(db, "代表")).await;
    found.unwrap().expect("there is one")
}

fn figures(page: &Answer) -> Vec<String> {
    page.texts(".funnel b")
}

#[tokio::test]
async fn a_menu_is_written_read_and_changed() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let empty = admin.get(LIST).await.expect(200);
    assert!(empty.texts(".empty b").concat().contains("まだありません"));
    assert_eq!(admin.get(&format!("{LIST}/new")).await.expect(200).texts("fieldset.step").len(), 3);

    let team = team(&app).await.to_string();
    let flow = make(&app, &admin, &[("team_1", &team), ("say_sent_ja", "お送りしました")]).await;
    assert_eq!(flow.options.len(), 2, "an empty row is none");
    assert_eq!((flow.options[0].digit.as_str(), flow.options[1].digit.as_str()), ("1", "2"));
    assert_eq!(flow.options[0].team.map(|id| id.to_string()), Some(team));

    let page = format!("{LIST}/{}", flow.id);
    let sato = app.sign_in(SATO).await;
    let list = sato.get(LIST).await.expect(200);
    assert_eq!(list.texts("tbody th").len(), 1);
    let read = sato.get(&page).await.expect(200);
    assert!(read.text.contains("返品・交換") && read.text.contains("お手続きはこちら {url}"));
    assert!(read.texts("a[href$='/edit'], .danger").is_empty(), "agents read");
    let heard = read.texts("[aria-labelledby=heard-ja] dd").join("/");
    assert!(heard.contains("返品・交換は、1を押してください。 その他は、2を押"), "{heard}");
    assert!(heard.contains("お送りしました"), "{heard}");
    assert!(read.texts("[aria-labelledby=heard-en] dd").is_empty(), "nobody hears English here");
    let example = read.texts("pre").concat();
    assert!(example.contains("/api/v1/handoffs") && example.contains(r#""flow":"代表""#));
    assert!(example.contains("$HENJI_TOKEN"), "the key is not told");

    let inbox = app.cast.reception.to_string();
    let changed = typed(&inbox, &[("called", "0120-000-000"), ("digit_3", "9")]);
    admin.put(&page, &changed).await.expect(303);
    let flow = found(&app).await;
    assert_eq!((flow.called.as_deref(), &*flow.options[1].digit), (Some("0120-000-000"), "9"));
    let form = admin.get(&format!("{page}/edit")).await.expect(200);
    assert_eq!(form.attribute("#digit_2", "value").as_deref(), Some("9"));
    let log = app.sign_in(AUDITOR).await.get("/settings/audit").await.expect(200);
    assert!(log.text.contains("IVRフローの追加") && log.text.contains("IVRフローの変更"));
}

#[tokio::test]
async fn what_is_not_theirs_is_not_there() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let flow = make(&app, &admin, &[("overflow_body", "混んでいます")]).await;
    let page = format!("{LIST}/{}", flow.id);
    let switch = format!("{page}/overflow");
    let yamada = app.sign_in(YAMADA).await;
    assert!(yamada.get(LIST).await.expect(200).texts("tbody th").is_empty());
    let press = [("number", "09012345678"), ("digit", "1")];
    yamada.get(&page).await.expect(404);
    yamada.put(&switch, &[("mode", "on")]).await.expect(404);
    yamada.post(&format!("{page}/presses"), &press).await.expect(404);
    let viewer = app.sign_in(VIEWER).await;
    viewer.get(&page).await.expect(200);
    viewer.post(&format!("{page}/presses"), &press).await.expect(403);
    for one in [&viewer, &app.sign_in(SATO).await] {
        one.put(&switch, &[("mode", "on")]).await.expect(403);
        one.get(&format!("{page}/edit")).await.expect(404);
        one.put(&page, &[("name", "mine")]).await.expect(404);
        one.delete(&page).await.expect(404);
        one.post(&format!("{LIST}/sample"), &[]).await.expect(404);
    }
    assert_eq!(found(&app).await, flow);
    assert_eq!(app.raw().count("handoffs", ""), 0);
}

#[tokio::test]
async fn what_is_wrong_is_told_where_it_was_typed_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.to_string();
    let long = "あ".repeat(301);
    let hosts = app.raw().count("link_hosts", "");
    for (field, value, at) in [
        ("name", "二語 です", "#name"),
        ("duplicate_minutes", "often", "#duplicate_minutes"),
        ("return_days", "91", "#return_days"),
        ("operator", "+1 212 555 0100", "#operator"),
        ("digit_3", "1", "#digit_3"),
        ("digit_1", "A", "#digit_1"),
        ("topic_3", "", "#topic_3"),
        ("body_3", "こちら {url}", "#url_3"),
        ("body_3", "{{氏名}}様", "#body_3"),
        ("url_1", "http://example.com/", "#url_1"),
        ("overflow_url", "http://example.com/", "#overflow_url"),
        ("closed_body", "こちら {url}", "#closed_body"),
        ("general_body", "こちら {url}", "#general_body"),
        ("say_try_later_en", &long, "#say_try_later_en"),
    ] {
        let fields = typed(&inbox, &[(field, value)]);
        let answer = admin.post(LIST, &fields).await.expect(422);
        let invalid = answer.attribute(at, "aria-invalid");
        assert_eq!(invalid.as_deref(), Some("true"), "{field}: {value}");
        assert_eq!(answer.texts(".wrong").len(), 1, "{field}: {:?}", answer.texts(".wrong"));
        let told = answer.attribute(at, "aria-describedby").expect("told in words");
        let told = told.split(' ').next_back().unwrap().to_owned();
        assert_eq!(answer.texts(&format!("#{told}")).len(), 1, "{field}");
        let topic = answer.attribute("#topic_1", "value");
        assert_eq!(topic.as_deref(), Some("返品・交換"), "what was typed stays");
    }
    assert_eq!(app.raw().count("handoff_flows", ""), 0);
    assert_eq!(app.raw().count("link_hosts", ""), hosts, "links lead to no new place");
    make(&app, &admin, &[]).await;
    let again = admin.post(LIST, &typed(&inbox, &[])).await.expect(422);
    assert_eq!(again.attribute("#name", "aria-invalid").as_deref(), Some("true"), "taken");
}

#[tokio::test]
async fn as_many_long_texts_as_a_menu_may_have_fit_into_the_form() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.to_string();
    let body = "あ".repeat(600);
    let rows: Vec<(String, String, String)> = (1..=20)
        .map(|n| (format!("digit_{n}"), format!("topic_{n}"), format!("body_{n}")))
        .collect();
    let digits: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
    let mut fields = vec![
        ("name", "代表"),
        ("inbox_id", inbox.as_str()),
        ("duplicate_minutes", "30"),
        ("return_days", "7"),
        ("rows", "20"),
    ];
    for ((digit, topic, text), n) in rows.iter().zip(&digits) {
        fields.extend([(digit.as_str(), n.as_str()), (topic, "用件"), (text, &body)]);
    }
    admin.post(LIST, &fields).await.expect(303);
    assert_eq!(found(&app).await.options.len(), 20);
}

#[tokio::test]
async fn rows_come_and_go_without_anything_being_kept() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.to_string();
    let template = Template {
        id: fresh_id(),
        inbox_id: None,
        name: "折り返し".into(),
        shortcut: String::new(),
        locale: String::new(),
        body: "{{会社名}}です。折り返します。".into(),
    };
    let row = template.clone();
    app.store
        .write(move |tx| {
            let now = tx.now;
            templates::save(tx, &row, now)
        })
        .await
        .unwrap();
    let id = template.id.to_string();
    let more = admin.post(LIST, &typed(&inbox, &[("more", "1")])).await.expect(200);
    assert_eq!(more.texts("fieldset.step").len(), 4);
    assert_eq!(more.attribute("#topic_3", "value").as_deref(), Some("その他"));
    let less = admin.post(LIST, &typed(&inbox, &[("drop", "1")])).await.expect(200);
    assert_eq!(less.texts("fieldset.step").len(), 2);
    assert_eq!(less.attribute("#topic_2", "value").as_deref(), Some("その他"), "it moved up");
    assert_eq!(less.attribute("#digit_1", "value").as_deref(), Some(""));
    let fill = [("fill", "2"), ("template_2", id.as_str())];
    let filled = admin.post(LIST, &typed(&inbox, &fill)).await.expect(200);
    assert_eq!(filled.texts("#body_2"), ["さくら電力です。折り返します。"]);
    assert_eq!(app.raw().count("handoff_flows", ""), 0, "nothing was kept");

    // Chosen for a text that nobody wrote, it is the text.
    let chosen = [("digit_2", "7"), ("topic_2", "折り返し"), ("template_2", id.as_str())];
    let flow = make(&app, &admin, &chosen).await;
    assert_eq!(flow.options[1].body, "さくら電力です。折り返します。");
}

#[tokio::test]
async fn everybody_of_the_inbox_sees_that_everybody_is_busy() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let flow = make(&app, &admin, &[]).await;
    let switch = format!("{LIST}/{}/overflow", flow.id);
    let suzuki = app.sign_in(SUZUKI).await;
    let refused = suzuki.put(&switch, &[("mode", "on")]).await.expect(422);
    assert!(refused.texts("[role=alert]").concat().contains("混雑時に送る文"));
    let inbox = app.cast.reception.to_string();
    let text = [("overflow_body", "ただいま混み合っております")];
    admin.put(&format!("{LIST}/{}", flow.id), &typed(&inbox, &text)).await.expect(303);

    suzuki.put(&switch, &[("mode", "on")]).await.expect(303);
    let sato = app.sign_in(SATO).await;
    for page in ["/conversations", "/contacts", "/settings/preferences"] {
        let banner = sato.get(page).await.expect(200).texts(".busy").concat();
        assert!(banner.contains("代表") && banner.contains("鈴木 京子さん"), "{page}: {banner}");
        assert!(!banner.contains("オフにする"), "agents are told, and switch nothing");
    }
    assert!(suzuki.get("/conversations").await.text.contains("オフにする"));
    assert!(app.sign_in(YAMADA).await.get("/conversations").await.texts(".busy").is_empty());

    // The next text is another one; turned off, it is as before.
    let press = |call: &str, caller: &str| json!({"call_id": call, "caller": caller, "flow": "代表", "digit": "2"});
    app.api().post("/handoffs", press("c1", CALLER)).await.expect(200);
    suzuki.put(&switch, &[("mode", "off")]).await.expect(303);
    app.api().post("/handoffs", press("c2", "+819012345679")).await.expect(200);
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), ["ただいま混み合っております"]);
    assert_eq!(app.handset("+819012345679").received(), ["ご返信ください"]);
    assert!(sato.get("/conversations").await.texts(".busy").is_empty());
    let told = sato.get(&format!("{LIST}/{}", flow.id)).await.expect(200);
    assert!(told.texts("#overflow").concat().contains("鈴木 京子さん"), "and who did it");

    // A program may as well, and is named.
    app.api()
        .put("/handoff_flows/%E4%BB%A3%E8%A1%A8/overflow", json!({"mode": "on"}))
        .await
        .expect(200);
    let banner = sato.get("/conversations").await.texts(".busy").concat();
    assert!(banner.contains("プログラム「"), "{banner}");
    assert_eq!(found(&app).await.overflow, Overflow::On);
}

#[tokio::test]
async fn a_key_is_pressed_to_try_it_and_the_figures_tell() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let flow = make(&app, &admin, &[]).await;
    let page = format!("{LIST}/{}", flow.id);
    let sato = app.sign_in(SATO).await;
    let presses = format!("{page}/presses");
    let press = |number: &'static str, digit: &'static str| [("number", number), ("digit", digit)];
    let answer = sato.post(&presses, &press("090-1234-5678", "1")).await.expect(200);
    let told = answer.texts("#answer").concat();
    assert!(told.contains("SMSを送りました") && told.contains("accepted"), "{told}");
    assert!(told.contains("ご案内をショートメッセージでお送りしました"), "{told}");
    app.settle().await;
    let received = app.handset(CALLER).received();
    assert!(received[0].starts_with("お手続きはこちら https://"), "{received:?}");
    let thread = answer.attribute("#answer a[href^='/conversations/']", "href").unwrap();
    let thread = sato.get(thread.trim_end_matches("#latest")).await.expect(200);
    assert_eq!(thread.texts("li.call").len(), 1, "as with a real call");

    let again = sato.post(&presses, &press("090-1234-5678", "1")).await.expect(200);
    assert!(again.texts("#answer").concat().contains("suppressed"));
    let withheld = sato.post(&presses, &press("", "2")).await.expect(200);
    let told = withheld.texts("#answer").concat();
    assert!(told.contains("非通知") && told.contains("携帯電話の番号を入力"), "{told}");
    let unknown = sato.post(&presses, &press("090-1234-5678", "8")).await.expect(422);
    assert_eq!(unknown.attribute("#digit", "aria-invalid").as_deref(), Some("true"));

    let link = received[0].split_whitespace().find(|word| word.contains("/l/")).unwrap();
    let (_, token) = link.split_once("/l/").unwrap();
    let opened = app.http.post(format!("{}/l/{token}", app.url)).header("origin", "null");
    Answer::to(opened.header("user-agent", IPHONE)).await.expect(303);
    app.handset(CALLER).sends("返品したいです").await;
    let seen = sato.get(&page).await.expect(200);
    assert_eq!(figures(&seen), ["3", "1", "1", "1", "1"]);
    app.advance(TimeDelta::days(31));
    let seen = app.sign_in(SATO).await.get(&page).await.expect(200);
    assert_eq!(figures(&seen), ["0", "0", "0", "0", "0"], "the last thirty days");
    let tokens = app.sign_in(ADMIN).await.get("/settings/tokens").await.expect(200);
    assert!(!tokens.text.contains("trial"), "nobody's key");
}

#[tokio::test]
async fn a_menu_that_is_removed_leaves_its_calls_readable_and_its_name_free() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let flow = make(&app, &admin, &[]).await;
    let page = format!("{LIST}/{}", flow.id);
    let press = json!({"call_id": "c1", "caller": CALLER, "flow": "代表", "digit": "2"});
    app.api().post("/handoffs", press.clone()).await.expect(200);
    app.settle().await;
    let refused = admin.delete(&page).await.expect(422);
    assert!(refused.texts(".danger .wrong").len() == 1, "it asks first");
    admin.post(&page, &[("_method", "DELETE"), ("agreed", "1")]).await.expect(303);
    admin.get(&page).await.expect(404);
    assert!(admin.get(LIST).await.expect(200).texts("tbody th").is_empty());
    let gone = app.api().post("/handoffs", press).await;
    assert_eq!(gone.status, 422, "{}", gone.text);

    let conversation = app.handset(CALLER).conversation().await;
    let thread = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    assert!(thread.texts("li.call").concat().contains("代表-2"), "the call stays");
    let other = make(&app, &admin, &[]).await;
    assert_ne!(other.id, flow.id, "another has the name");
}

#[tokio::test]
async fn a_sample_is_ready_to_be_tried() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let made = admin.post(&format!("{LIST}/sample"), &[]).await.expect(303);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let fields = [("number", "090-1234-5678"), ("digit", "1")];
    let answer = admin.post(&format!("{page}/presses"), &fields).await.expect(200);
    assert!(answer.texts("#answer").concat().contains("accepted"));
    app.settle().await;
    assert!(app.handset(CALLER).received()[0].contains("営業時間のご案内"));
    admin.put(&format!("{page}/overflow"), &[("mode", "on")]).await.expect(303);
    admin.post(&format!("{LIST}/sample"), &[]).await.expect(303);
    assert_eq!(admin.get(LIST).await.expect(200).texts("tbody th"), ["sample", "sample-2"]);
}
