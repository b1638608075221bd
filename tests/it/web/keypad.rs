//! The simulator's keypad: the script and the verb of a real call, by plain forms.

use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{RECEPTION_NUMBER, SATO, VIEWER, YAMADA};

const HANDSET: &str = "+819012345678";
const MOBILE: &str = "+818011112222";

async fn menu(app: &TestApp, more: Value) {
    let mut flow = json!({
        "inbox_id": app.cast.reception.0,
        "called": "050-9876-5432",
        "options": [
            {"digit": "1", "topic": "返品・交換", "body": "返品のご案内です"},
            {
                "digit": "2",
                "topic": "配送状況",
                "body": "配送状況 {url}",
                "url": "https://shop.example.jp/parcels",
            },
        ],
    });
    for (name, value) in more.as_object().unwrap() {
        flow[name] = value.clone();
    }
    app.api().put("/handoff_flows/main", flow).await.expect(200);
}

/// The fields of a form, as a browser sends them when that key is pressed.
fn fields(page: &Answer, form: &str) -> Vec<(String, String)> {
    let html = Html::parse_document(&page.text);
    let all = Selector::parse(&format!("{form} input, {form} select")).unwrap();
    let chosen = Selector::parse("option[selected]").unwrap();
    let first = Selector::parse("option").unwrap();
    let field = |field: scraper::ElementRef<'_>| {
        let name = field.value().attr("name")?.to_owned();
        let option = field.select(&chosen).next().or_else(|| field.select(&first).next());
        let value = option.unwrap_or(field).value().attr("value").unwrap_or_default();
        (name != "csrf").then(|| (name, value.to_owned()))
    };
    html.select(&all).filter_map(field).collect()
}

async fn send(who: &Browser, page: &Answer, form: &str, more: &[(&str, &str)]) -> Answer {
    let mut all = fields(page, form);
    assert!(!all.is_empty(), "no {form} in {}", page.text);
    all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    let mut all: Vec<(&str, &str)> =
        all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend(more);
    who.post("/sim/calls", &all).await.expect(200)
}

async fn press(who: &Browser, page: &Answer, key: &str) -> Answer {
    send(who, page, "form.keypad", &[("key", key)]).await
}

async fn ring(who: &Browser, shows: &str) -> Answer {
    let page = who.get(&format!("/sim?handset={}", HANDSET.replace('+', "%2B"))).await.expect(200);
    send(who, &page, "#call form", &[("shows", shows)]).await
}

fn said(page: &Answer) -> Vec<String> {
    page.texts("#call .said p")
}

#[tokio::test]
async fn a_key_sends_the_text_that_a_real_call_would() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    let sato = app.sign_in(SATO).await;
    let rung = ring(&sato, "own").await;
    assert!(said(&rung)[2].contains("配送状況は、2を押してください"), "{:?}", said(&rung));
    assert_eq!(rung.texts("#call .keys button").len(), 12);
    let wrong = press(&sato, &rung, "7").await;
    assert_eq!(said(&wrong)[0], "番号を確認できませんでした。");
    let over = press(&sato, &wrong, "2").await;
    assert_eq!(said(&over)[0], "ご案内をショートメッセージでお送りしました。");
    assert!(over.texts("form.keypad").is_empty() && over.texts("#call form").len() == 1);
    // The page is loaded again, the browser sends the same once more.
    assert_eq!(said(&press(&sato, &wrong, "2").await), said(&over));
    app.settle().await;
    let received = app.handset(HANDSET).received();
    assert_eq!(received.len(), 1);
    let page = sato.get("/sim").await.expect(200);
    let link = page.attribute("#handset-texts a", "href").unwrap();
    assert!(received[0].contains(&link) && link.contains("/l/"), "{link}");
    let conversation = app.handset(HANDSET).conversation().await;
    let thread = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert!(thread.texts("li.call").concat().contains("IVR main-2"));
}

#[tokio::test]
async fn who_withholds_their_number_types_one_key_by_key() {
    let app = TestApp::start().await;
    menu(&app, json!({"general_body": "ご用件をご返信ください"})).await;
    let sato = app.sign_in(SATO).await;
    for (shows, by_keys) in [("withheld", true), ("landline", false)] {
        let asked = press(&sato, &ring(&sato, shows).await, "1").await;
        assert!(said(&asked)[0].contains("携帯電話の番号"), "{:?}", said(&asked));
        let mobile = if by_keys { "08011112222" } else { "08011112223" };
        let over = if by_keys {
            let words = said(&asked);
            let mut page = asked;
            for key in mobile.chars() {
                assert_eq!(said(&page), words, "what was asked stays on the screen");
                page = press(&sato, &page, &key.to_string()).await;
            }
            page
        } else {
            send(&sato, &asked, "form.inline:has(#typed)", &[("typed", mobile), ("key", "#")]).await
        };
        assert!(said(&over)[0].contains("お送りしました"), "{:?}", said(&over));
        app.settle().await;
    }
    assert_eq!(app.handset(MOBILE).received(), ["ご用件をご返信ください"]);
    assert_eq!(app.handset("+818011112223").received(), ["ご用件をご返信ください"]);
    assert_eq!(app.handset(HANDSET).received(), [""; 0]);
    assert_eq!(app.raw().count("handoffs", "where typed"), 2);
    // Three times nothing, and hanging up.
    let mut page = ring(&sato, "own").await;
    for _ in 0..3 {
        page = press(&sato, &page, "").await;
    }
    assert!(page.texts("form.keypad").is_empty(), "the call is over");
    let hung_up = press(&sato, &ring(&sato, "own").await, "hang_up").await;
    assert!(hung_up.texts("form.keypad").is_empty() && said(&hung_up).is_empty());
}

#[tokio::test]
async fn nobody_rings_at_what_they_do_not_see() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    let sato = app.sign_in(SATO).await;
    let page = sato.get("/sim").await.expect(200);
    let form = fields(&page, "#call form");
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for other in [YAMADA, VIEWER] {
        let other = app.sign_in(other).await;
        other.post("/sim/calls", &form).await.expect(404);
    }
    sato.post("/sim/calls", &[("handset", HANDSET), ("flow", "nothing")]).await.expect(404);
    let mut odd = form.clone();
    odd.retain(|(name, _)| *name != "handset");
    odd.push(("handset", "03-1234-5678"));
    let refused = sato.post("/sim/calls", &odd).await.expect(422);
    assert!(refused.text.contains("固定電話"), "{}", refused.text);
    // A menu of an inbox that also sends by a real provider is no toy.
    let admin = crate::support::cast::caller(&app, app.cast.id(crate::support::cast::ADMIN)).await;
    let settings = [
        ("account_sid", crate::providers::fake_twilio::ACCOUNT_SID),
        ("auth_token", crate::providers::fake_twilio::AUTH_TOKEN),
    ];
    let new = henji::actions::settings::NewAccount {
        kind: "twilio".into(),
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        sender: "+815098765432".into(),
    };
    let added = henji::actions::settings::add_account(&app, admin, app.cast.reception, new).await;
    added.unwrap();
    sato.post("/sim/calls", &form).await.expect(404);
    assert!(sato.get("/sim").await.expect(200).texts("#call form").is_empty());
    assert!(app.handset(RECEPTION_NUMBER).received().is_empty());
}
