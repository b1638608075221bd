//! Programs of others are told what happens: signed, once or again, and nothing that is
//! anybody's own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use henji::config::{Network, WebhooksConfig};
use henji::jobs::{housekeeping, webhooks};
use henji::providers::http::Timeouts;
use henji::webhook_signature::{self, verify};
use henji::webhooks::Webhooks;
use serde_json::{Value, json};

use crate::providers::peer::{Answer, Peer, PeerRequest};
use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO};

const HANAKO: &str = "+819012345671";

/// Answers as it is told, then 204 for ever.
struct Receiver {
    peer: Peer,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Receiver {
    async fn open() -> Self {
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let told = answers.clone();
        let next = move || told.lock().unwrap().pop_front().unwrap_or_else(|| Answer::status(204));
        Self { peer: Peer::start(move |_| next()).await, answers }
    }

    fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// The path carries what it should not be told by.
    fn url(&self) -> String {
        format!("{}/hooks/aX93-secret", self.peer.url())
    }

    /// A house that may call it, and waits for nobody.
    async fn house(&self) -> TestApp {
        TestApp::start_with(|app| {
            let allowed = vec![Network::parse("127.0.0.1").unwrap()];
            let patience = Duration::from_millis(300);
            let patience = Timeouts { connect: patience, whole: patience };
            app.webhooks = Webhooks::patient(&WebhooksConfig { allowed }, patience);
        })
        .await
    }

    /// What came, with what it says.
    fn came(&self) -> Vec<(PeerRequest, Value)> {
        let said = |request: PeerRequest| {
            let body = serde_json::from_slice(&request.body).unwrap();
            (request, body)
        };
        self.peer.requests().into_iter().map(said).collect()
    }
}

/// Its id, and its secret as the page shows it.
async fn added(browser: &Browser, url: &str, kinds: &[&str]) -> (String, String) {
    let mut fields = vec![("url", url), ("on", "1"), ("inbox", "")];
    fields.extend(kinds.iter().map(|kind| ("kind", *kind)));
    let page = browser.post("/settings/webhooks", &fields).await.expect(200);
    let secret = page.texts("code.secret").remove(0);
    let address = page.attribute("form.danger", "action").unwrap();
    (address.rsplit('/').next().unwrap().to_owned(), secret)
}

async fn tell(app: &TestApp) -> usize {
    webhooks::run_one(app).await.unwrap()
}

fn is_signed(app: &TestApp, request: &PeerRequest, secret: &str) -> bool {
    let header = |name| request.header(name).unwrap();
    let headers = (
        header(webhook_signature::ID),
        header(webhook_signature::TIMESTAMP),
        header(webhook_signature::SIGNATURE),
    );
    verify(secret, headers, &request.body, app.now()).is_ok()
}

/// What the page says of each delivery, newest first.
async fn deliveries(browser: &Browser, id: &str) -> Vec<String> {
    let page = browser.get(&format!("/settings/webhooks/{id}")).await.expect(200);
    page.texts("ul.held li")
}

async fn offered(app: &TestApp, to: &str) -> Value {
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": to,
        "title": "一次面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(3)).to_rfc3339()}],
    });
    let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
    app.settle().await;
    offer
}

#[tokio::test]
async fn a_booking_is_told_once_signed_and_without_anybodys_words() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    app.handset("+819012345679").sends("前の話").await;
    let admin = app.sign_in(ADMIN).await;
    let kinds = ["appointment.offered", "appointment.booked"];
    let (id, secret) = added(&admin, &receiver.url(), &kinds).await;
    assert_eq!(tell(&app).await, 0, "what was before is no news");
    let offer = offered(&app, HANAKO).await;
    app.handset(HANAKO).sends("1でお願いします").await;
    app.settle().await;
    // Two nodes that look at once tell it once.
    let (one, two) = tokio::join!(tell(&app), tell(&app));
    assert_eq!((one + two, tell(&app).await), (2, 0));
    let came = receiver.came();
    let mut told: Vec<&str> = came.iter().map(|(_, it)| it["type"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, ["appointment.booked", "appointment.offered"]);
    for (request, said) in &came {
        assert!(is_signed(&app, request, &secret));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(said["data"]["conversation_id"], offer["conversation_id"]);
        assert_eq!(said["data"]["appointment_offer_id"], offer["id"]);
        assert_eq!(said["data"]["inbox_id"], app.cast.reception.0.to_string());
        let text = String::from_utf8(request.body.clone()).unwrap();
        for own in ["9012345671", "面接", "お願い"] {
            assert!(!text.contains(own), "{text}");
        }
    }
    let shown = deliveries(&admin, &id).await;
    assert!(shown.len() == 2 && shown.iter().all(|it| it.contains("届きました")), "{shown:?}");
    // The address is a secret: the list tells its host alone, and nothing lies about open.
    let list = admin.get("/settings/webhooks").await.expect(200);
    assert!(list.text.contains("127.0.0.1") && !list.text.contains("aX93-secret"));
    app.advance(TimeDelta::days(31));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("webhook_deliveries", ""), 0);
}

#[tokio::test]
async fn a_receiver_that_is_down_is_tried_for_three_days_then_waits_for_a_person() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    let admin = app.sign_in(ADMIN).await;
    let (id, secret) = added(&admin, &receiver.url(), &["appointment.offered"]).await;
    receiver.answers([Answer::status(500), Answer::Hangup, Answer::Silence]);
    receiver.answers((0..7).map(|_| Answer::status(302)));
    offered(&app, HANAKO).await;
    let mut tries = 0;
    while tries < 10 {
        assert_eq!(tell(&app).await, 1, "try {tries}");
        assert_eq!(tell(&app).await, 0, "not before its time");
        tries += 1;
        app.advance(TimeDelta::hours(24));
    }
    assert_eq!(tell(&app).await, 0);
    let came = receiver.came();
    assert_eq!(came.len(), 10);
    for (request, _) in &came {
        assert_eq!(request.header("webhook-id"), came[0].0.header("webhook-id"));
        assert_eq!(request.body, came[0].0.body, "each try says the same");
    }
    assert_ne!(came[0].0.header("webhook-timestamp"), came[9].0.header("webhook-timestamp"));
    // The clock is past it by now: what was signed then is a recording.
    assert!(!is_signed(&app, &came[9].0, &secret));
    let admin = app.sign_in(ADMIN).await;
    let shown = deliveries(&admin, &id).await;
    assert!(
        shown[0].contains("すべての試みが失敗しました") && shown[0].contains("(302)"),
        "{shown:?}"
    );
    let list = admin.get("/settings/webhooks").await.expect(200);
    assert_eq!(list.texts("tbody td:nth-child(4)"), ["1"]);
    // Played again by a person, it arrives; then there is nothing to play again.
    let page = admin.get(&format!("/settings/webhooks/{id}")).await.expect(200);
    let again = page.attribute("ul.held form", "action").unwrap();
    admin.post(&again, &[]).await.expect(303);
    assert_eq!(tell(&app).await, 1);
    assert!(deliveries(&admin, &id).await[0].contains("届きました"));
    admin.post(&again, &[]).await.expect(409);
    assert_eq!(tell(&app).await, 0);
}

#[tokio::test]
async fn who_wants_no_more_is_left_alone_until_it_is_turned_on() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    let admin = app.sign_in(ADMIN).await;
    let (id, _) = added(&admin, &receiver.url(), &["message.created"]).await;
    let address = format!("/settings/webhooks/{id}");
    receiver.answers([Answer::status(410)]);
    app.handset(HANAKO).sends("一つ目").await;
    assert_eq!(tell(&app).await, 1);
    app.handset(HANAKO).sends("二つ目").await;
    assert_eq!(tell(&app).await, 0);
    let page = admin.get(&address).await.expect(200);
    assert!(page.text.contains("(410)"), "{}", page.text);
    admin.post(&format!("{address}/trial"), &[]).await.expect(409);
    // Turned on, it is told what happened meanwhile, and what it refused if asked.
    let on = [("url", &*receiver.url()), ("kind", "message.created"), ("on", "1")];
    admin.put(&address, &on).await.expect(303);
    assert_eq!(tell(&app).await, 1);
    admin.post(&format!("{address}/retry"), &[]).await.expect(303);
    assert_eq!(tell(&app).await, 1);
    let ids: Vec<Value> =
        receiver.came().into_iter().map(|(_, said)| said["data"]["message_id"].clone()).collect();
    assert!(ids[0] == ids[2] && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_a_day() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    let admin = app.sign_in(ADMIN).await;
    let (id, old) = added(&admin, &receiver.url(), &["appointment.booked"]).await;
    let address = format!("/settings/webhooks/{id}");
    let page = admin.post(&format!("{address}/secret"), &[]).await.expect(200);
    let new = page.texts("code.secret").remove(0);
    assert_ne!(old, new);
    let shown = admin.get(&address).await.expect(200);
    assert!(shown.texts("code.secret").is_empty(), "shown once");
    let trial = async |admin: &Browser| {
        admin.post(&format!("{address}/trial"), &[]).await.expect(303);
        assert_eq!(tell(&app).await, 1);
        let (request, said) = receiver.came().pop().unwrap();
        assert_eq!(said["type"], "webhook.trial");
        (is_signed(&app, &request, &old), is_signed(&app, &request, &new))
    };
    assert_eq!(trial(&admin).await, (true, true));
    app.advance(TimeDelta::hours(25));
    let admin = app.sign_in(ADMIN).await;
    assert_eq!(trial(&admin).await, (false, true));
}

#[tokio::test]
async fn only_its_inbox_and_only_what_it_asked_for() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.0.to_string();
    let fields = [
        ("url", &*receiver.url()),
        ("kind", "appointment.offered"),
        ("inbox", &*inbox),
        ("on", "1"),
    ];
    admin.post("/settings/webhooks", &fields).await.expect(200);
    app.handset(HANAKO).sends("聞いていないこと").await;
    let elsewhere = json!({
        "inbox_id": app.cast.recruiting.0, "to": HANAKO, "title": "面接", "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(3)).to_rfc3339()}],
    });
    app.api().post("/appointment_offers", elsewhere).await.expect(201);
    assert_eq!(tell(&app).await, 0);
    offered(&app, HANAKO).await;
    assert_eq!(tell(&app).await, 1);
}

#[tokio::test]
async fn what_cannot_be_kept_names_its_field() {
    let receiver = Receiver::open().await;
    let app = receiver.house().await;
    let admin = app.sign_in(ADMIN).await;
    let url = receiver.url();
    for (url, kind, field) in [
        ("", "message.created", "url"),
        ("ftp://crm.example.jp/", "message.created", "url"),
        // Plain HTTP to the world, and machines of our own network.
        ("http://crm.example.jp.invalid:80/", "access.changed", "kind"),
        ("http://203.0.113.7/", "message.created", "url"),
        ("https://169.254.169.254/latest/meta-data", "message.created", "url"),
        ("https://10.0.0.7/", "message.created", "url"),
        (&*url, "", "kind"),
        (&*url, "conversation.read", "kind"),
        (&*url, "settings.changed", "kind"),
    ] {
        let mut fields = vec![("url", url), ("on", "1")];
        fields.extend((!kind.is_empty()).then_some(("kind", kind)));
        let page = admin.post("/settings/webhooks", &fields).await.expect(422);
        let wrong = page.texts(&format!("#{field}-hint.wrong"));
        assert_eq!(wrong.len(), 1, "{url} {kind}: {}", page.text);
    }
    assert_eq!(app.raw().count("webhooks", ""), 0);
    let sato = app.sign_in(SATO).await;
    sato.get("/settings/webhooks").await.expect(404);
}
