//! What the settings and the simulator show, as those who read them see it.

use chrono::TimeDelta;
use henji::actions::quarantine::{self, Route};
use henji::actions::settings::{self, NewAccount};
use henji::providers::HookRequest;
use henji::store::provider_accounts;
use scraper::{Html, Selector};
use serde_json::json;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, PASSWORD, RECEPTION_NUMBER, SATO};
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

#[tokio::test]
async fn an_administrator_gives_somebody_another_address() {
    let app = TestApp::start().await;
    let (admin, sato) = (app.sign_in(ADMIN).await, app.sign_in(SATO).await);
    let path = format!("/settings/users/{}", app.cast.id(SATO));
    let reception = app.cast.reception.to_string();
    let change = async |email| {
        let fields =
            [("name", SATO.name), ("email", email), ("role", "agent"), ("inbox", &reception)];
        admin.put(&path, &fields).await
    };
    for (wrong, status) in [("", 422), ("sato", 422), (ADMIN.email, 422), ("ADMIN@example.jp", 422)]
    {
        let refused = change(wrong).await.expect(status);
        assert!(refused.attribute("#email", "aria-invalid").is_some(), "{wrong}");
    }
    change("hana@example.jp").await.expect(303);
    sato.get("/conversations").await.expect(200);
    let fields = |email| [("email", email), ("password", PASSWORD)];
    let visitor = Browser::new(&app);
    visitor.post("/session", &fields(SATO.email)).await.expect(422);
    visitor.post("/session", &fields("hana@example.jp")).await.expect(303);
    let log = admin.get("/settings/audit").await.expect(200).texts("tbody").join(" ");
    assert!(log.contains("メールアドレスの変更"), "{log}");
    assert!(!log.contains("hana@"), "the log holds no address");
    // The same address again is no change.
    change("hana@example.jp").await.expect(303);
    let again = admin.get("/settings/audit").await.expect(200).texts("tbody").join(" ");
    assert_eq!(again.matches("メールアドレスの変更").count(), 1);
}

#[tokio::test]
async fn credentials_are_replaced_and_never_shown() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let (sid, old) = ("AC0123456789abcdef0123456789abcdef", "old-token-0123");
    let (inbox, sender) = (app.cast.reception.to_string(), ("sender", "050-5555-6666"));
    let fields = [("inbox_id", inbox.as_str()), ("account_sid", sid), ("auth_token", old), sender];
    admin.post("/settings/senders", &fields).await.expect(303);
    let senders = admin.get("/settings/senders").await.expect(200);
    let edit =
        senders.attribute("a[href^='/settings/accounts/']", "href").expect("a way to change them");
    let path = edit.trim_end_matches("/edit");
    assert!(!admin.get(&edit).await.expect(200).text.contains(old));

    let nothing = admin.put(path, &[("auth_token", " ")]).await.expect(422);
    assert!(nothing.attribute("#auth_token", "aria-invalid").is_some());
    admin.put(path, &[("auth_token", "with a space")]).await.expect(422);
    let stored = async || {
        let all = app.store.read(provider_accounts::all).await.unwrap();
        all.into_iter().find(|account| account.kind == "twilio").unwrap().settings
    };
    assert_eq!(stored().await["auth_token"], old, "a refusal changes nothing");

    let fields = [("auth_token", "new-token-4567"), ("keep_previous", "1")];
    admin.put(path, &fields).await.expect(303);
    let now = stored().await;
    assert_eq!((now["auth_token"].as_str(), now["account_sid"].as_str()), ("new-token-4567", sid));
    assert_eq!(now["previous_auth_token"], old);
    admin.put(path, &[("auth_token", "newest-89")]).await.expect(303);
    assert_eq!(stored().await.get("previous_auth_token"), None);

    let log = admin.get("/settings/audit").await.expect(200);
    assert!(log.texts("tbody").join(" ").contains("(Auth Token)"), "{}", log.text);
    for path in ["/settings/audit", "/settings/senders", &edit] {
        let page = admin.get(path).await.expect(200);
        assert!(!page.text.contains("new-token-4567") && !page.text.contains("newest-89"));
    }
    let simulator = format!("/settings/accounts/{}", app.cast.account.id);
    admin.get(&format!("{simulator}/edit")).await.expect(404);
    admin.put(&simulator, &[("auth_token", "x")]).await.expect(404);
}

#[tokio::test]
async fn a_refusal_stands_beside_what_it_is_about() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let request = |body: &'static str| HookRequest {
        method: "POST".into(),
        url: String::new(),
        headers: Vec::new(),
        body: body.into(),
        received_at: app.now(),
    };
    let mut held = Vec::new();
    for body in ["no request at all", "{}"] {
        let account = Some(app.cast.account.id);
        let kept = quarantine::keep(&app, account, Route::Inbound, request(body), "forged".into());
        held.push(kept.await.unwrap());
    }
    let replay = format!("/settings/quarantine/{}/replay", held[0]);
    let page = admin.post(&replay, &[]).await.expect(422);
    let refusal = page.texts(&format!("#held-{} [role=alert]", held[0]));
    assert!(refusal.join("").contains("読み取れない"), "{refusal:?}");
    assert_eq!(page.texts("[role=alert]").len(), 1, "at no other request, and in no toast");
    // Somebody else was faster.
    let discard = format!("/settings/quarantine/{}", held[1]);
    admin.delete(&discard).await.expect(303);
    let page = admin.delete(&discard).await.expect(409);
    let refusal = page.texts(&format!("#held-{} [role=alert]", held[1]));
    assert_eq!(refusal, ["ほかの管理者が先に処理しました"]);

    let typed = [
        ("receipt", "none"),
        ("delay_ms", "3600001"),
        ("throttle_every", "2"),
        ("reject_code", "o k"),
    ];
    for (wrong, field) in [
        (&typed[..3], "delay_ms"),
        (&[typed[0], ("delay_ms", "x")][..], "delay_ms"),
        (&[typed[0], typed[3]][..], "reject_code"),
    ] {
        let page = admin.put("/sim/behaviour", wrong).await.expect(422);
        let marked = page.attribute(&format!("#{field}"), "aria-invalid");
        assert_eq!(marked.as_deref(), Some("true"), "{field}");
        assert!(!page.texts(&format!("#{field}-hint")).join("").is_empty());
        let value = wrong.iter().find(|(name, _)| *name == field).unwrap().1;
        assert_eq!(page.attribute(&format!("#{field}"), "value").as_deref(), Some(value));
        assert!(page.texts(".toast").is_empty());
    }
    assert_eq!(app.simulator.behaviour().delay_ms, 0, "nothing was set");
}

#[tokio::test]
async fn a_number_added_by_another_process_can_be_texted_at_once() {
    let here = TestApp::start().await;
    let there = TestApp::on(here.db().shared()).await;
    let admin = there.sign_in(ADMIN).await;
    let caller = crate::support::cast::caller(&there, there.cast.id(ADMIN)).await;
    drop(admin);
    let new = NewAccount {
        kind: "simulator".into(),
        settings: Default::default(),
        sender: "050-7777-8888".into(),
    };
    settings::add_account(&there, caller, there.cast.reception, new).await.unwrap();
    let text = json!({"from": HANDSET, "to": "050-7777-8888", "body": "届きますか"});
    here.api().post("/simulator/inbound", text).await.expect(202);
    here.simulator.idle().await;
    let conversation = here.handset(HANDSET).conversation().await;
    assert_eq!(here.api().texts(conversation).await, ["届きますか"]);
    let nobodys = json!({"from": HANDSET, "to": "050-9999-0000", "body": "?"});
    here.api().post("/simulator/inbound", nobodys).await.expect(422);
}
