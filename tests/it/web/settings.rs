//! What the settings and the simulator show, as those who read them see it.

use chrono::TimeDelta;
use henji::actions::quarantine::{self, Route};
use henji::providers::HookRequest;
use scraper::{Html, Selector};
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, RECEPTION_NUMBER, SATO};
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn our_own_numbers_are_shown_as_people_read_them() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("在庫はありますか").await;
    let admin = app.sign_in(ADMIN).await;
    let thread = format!("/conversations/{conversation}");
    for (path, part) in [
        ("/sim", "#handset"),
        ("/settings/senders", "main"),
        ("/settings/inboxes", "main"),
        ("/conversations/new", "main"),
        (thread.as_str(), "main"),
    ] {
        let words = admin.get(path).await.expect(200).texts(part).join(" ");
        assert!(words.contains("050-1111-2222"), "{path} does not show the number: {words}");
        assert!(!words.contains("+8150"), "{path} shows it as machines write it");
    }
    let phone = app.sign_in(SATO).await.get("/sim").await.expect(200);
    let to = phone.attribute("#handset-form [name=to]", "value");
    assert_eq!(to.as_deref(), Some(RECEPTION_NUMBER), "the form sends what it is");
    let timeline = app.api().timeline(conversation).await;
    assert_eq!(timeline[0]["to"], json!(RECEPTION_NUMBER));
}

/// The texts of a table's row that mentions `name`, cell by cell.
fn cells(page: &str, name: &str) -> Vec<String> {
    let html = Html::parse_document(page);
    let selector = |text: &str| Selector::parse(text).unwrap();
    let row = html.select(&selector("tbody tr")).find(|row| row.html().contains(name));
    let cell = selector("th, td");
    row.expect("a row").select(&cell).map(|cell| cell.text().collect()).collect()
}

#[tokio::test]
async fn a_user_was_last_seen_when_they_last_did_something() {
    let app = TestApp::start().await;
    let seen = async || {
        let page = app.sign_in(ADMIN).await.get("/settings/users").await.expect(200);
        cells(&page.text, SATO.name).pop().unwrap()
    };
    assert_eq!(seen().await, "–", "never signed in");
    let sato = app.sign_in(SATO).await;
    let signed_in = seen().await;
    assert_ne!(signed_in, "–");
    // Within five minutes nothing is written, and after them it is.
    app.advance(TimeDelta::minutes(4));
    sato.get("/conversations").await.expect(200);
    assert_eq!(seen().await, signed_in);
    app.advance(TimeDelta::minutes(61));
    sato.get("/conversations").await.expect(200);
    let later = seen().await;
    assert_ne!(later, signed_in);
    // Who signs out was there all the same.
    sato.delete("/session").await.expect(303);
    assert_eq!(seen().await, later);
}

#[tokio::test]
async fn every_cell_of_a_table_names_its_column_on_a_phone() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    for path in ["users", "inboxes", "tokens", "audit"] {
        let page = admin.get(&format!("/settings/{path}")).await.expect(200);
        let columns = page.texts("thead th");
        let html = page.html();
        let selector = |text: &str| Selector::parse(text).unwrap();
        let mut rows = 0;
        for row in html.select(&selector("tbody tr")) {
            rows += 1;
            for cell in row.select(&selector("td")) {
                let label = cell.value().attr("data-label");
                let has_button = cell.select(&selector("button, .badge")).next().is_some();
                assert!(has_button || label.is_some(), "{path}: {}", cell.html());
                let known = label.is_none_or(|label| columns.iter().any(|name| name == label));
                assert!(known, "{path} has no column {label:?}: {columns:?}");
            }
        }
        assert!(rows > 0, "{path} is empty");
    }
}

#[tokio::test]
async fn all_of_a_full_quarantine_can_be_reached() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    // Not by the webhook's door: who forges so many there has to wait.
    for n in 0..130 {
        let request = HookRequest {
            method: "POST".into(),
            url: String::new(),
            headers: Vec::new(),
            body: inbound(&format!("SIM{n}"), HANDSET, "返事").to_string().into(),
            received_at: app.now() + TimeDelta::seconds(n / 3),
        };
        let account = Some(app.cast.account.id);
        quarantine::keep(&app, account, Route::Inbound, request, "forged".into()).await.unwrap();
    }
    let ids = |page: &crate::support::answer::Answer| -> Vec<String> {
        let html = page.html();
        let forms = Selector::parse("form[action$=replay], .held > li.off h2").unwrap();
        let path = |form: scraper::ElementRef| form.value().attr("action").unwrap_or("").to_owned();
        html.select(&forms).map(path).collect()
    };
    let first = admin.get("/settings/quarantine").await.expect(200);
    let resolved = ids(&first)[3].trim_end_matches("/replay").to_owned();
    admin.delete(&resolved).await.expect(303);

    let (mut found, mut path, mut pages) = (Vec::new(), Some("/settings/quarantine".to_owned()), 0);
    while let Some(next) = path {
        let page = admin.get(&next).await.expect(200);
        found.extend(ids(&page));
        path = page.attribute(".more a", "href");
        pages += 1;
        if path.is_none() {
            let last = page.texts(".held > li.off .hint").pop().expect("resolved ones come last");
            assert!(last.contains(ADMIN.name), "{last}");
        }
    }
    assert_eq!((found.len(), pages), (130, 3));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 130, "none twice");
    let odd = admin.get("/settings/quarantine?after=elsewhere").await.expect(200);
    assert_eq!(ids(&odd).len(), 50);
}
