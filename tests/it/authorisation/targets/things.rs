//! What is there to be asked for.

use chrono::TimeDelta;
use henji::actions::interviewers;
use henji::actions::links::{self, Wanted};
use henji::actions::settings::{self, NewAccount};
use henji::clock::fresh_id;
use henji::domain::appointment::own_calendar::CalendarKind;
use henji::domain::event::EventKind;
use henji::domain::id::{ConversationId, DeliveryId, MailId, MessageId, WebhookId};
use henji::domain::user::{Actor, Caller};
use henji::domain::webhook::Pause;
use henji::store::interviewer_calendars::{self, Whereabouts};
use henji::store::link_destinations::{self, LinkDestination};
use henji::store::mails::{self, NewMail};
use henji::store::photos::{self, NewPhoto};
use henji::store::reply_forms;
use henji::store::webhooks::deliveries::{self, Notice};
use henji::store::webhooks::{self, Webhook};
use henji::webhook_signature::fresh_secret;
use serde_json::json;

use crate::support::TestApp;

/// Times that a candidate of 受付 was offered.
pub async fn offer(app: &TestApp) -> String {
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": "+819012340001",
        "title": "面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(3)).to_rfc3339()}],
    });
    let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
    offer["id"].as_str().unwrap().to_owned()
}

/// Somebody who applied at 受付.
pub async fn application(app: &TestApp) -> String {
    let told = json!({"inbox_id": app.cast.reception.0, "to": "+819012340002"});
    let made = app.api().post("/applications", told).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

/// The token of a candidate's page that nobody has tapped on.
pub async fn page(app: &TestApp) -> String {
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": "+819012340002",
        "title": "面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(4)).to_rfc3339()}],
        "include_page": true,
    });
    let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
    let path = format!("/messages/{}", offer["message_id"].as_str().unwrap());
    let text = app.api().get(&path).await.expect(200).json();
    text["body"].as_str().unwrap().rsplit_once("/s/").unwrap().1.to_owned()
}

/// A mail on its way out.
pub async fn letter(app: &TestApp) -> MailId {
    let id: MailId = fresh_id();
    let letter = NewMail {
        id,
        conversation: None,
        to: "matrix@example.jp".into(),
        message: b"Subject: matrix\r\n\r\nmatrix\r\n".to_vec(),
    };
    let written = app.store.write(move |tx| {
        let now = tx.now;
        mails::insert(tx, &letter, now)
    });
    written.await.unwrap();
    id
}

/// The token of a link that opens as long as the test goes on.
pub async fn short_link(app: &TestApp, conversation: ConversationId) -> String {
    let admin = Caller::house(Actor::operator());
    links::allow_host(app, admin.clone(), "www.example.jp").await.unwrap();
    links::allow_host(app, admin, "a.example.jp").await.unwrap();
    let wanted = Wanted {
        conversation,
        message: None,
        destination: "https://www.example.jp/returns".into(),
        expires_at: app.now() + TimeDelta::days(30),
    };
    let made = app.store.write(move |tx| links::make(tx, &wanted)).await.unwrap();
    made.token.as_str().to_owned()
}

/// A page that texts may lead to by name; its host is allowed by then.
pub async fn destination(app: &TestApp) -> String {
    let page = LinkDestination {
        id: fresh_id(),
        name: "matrix".into(),
        url: "https://www.example.jp/".into(),
        days: 30,
    };
    let id = page.id.0.to_string();
    let kept = app.store.write(move |tx| {
        let now = tx.now;
        link_destinations::insert(tx, &page, now)
    });
    assert!(kept.await.unwrap());
    id
}

/// The token of a reply form that nobody has typed into.
pub async fn form(app: &TestApp, conversation: ConversationId) -> String {
    let made = app.store.write(move |tx| {
        let now = tx.now;
        reply_forms::offer(tx, conversation, now, TimeDelta::days(14))
    });
    made.await.unwrap().as_str().to_owned()
}

/// Somebody who is no user, a calendar of theirs that nobody answers for, and the token
/// of their feed.
pub async fn interviewer(app: &TestApp) -> (String, String, String) {
    let admin = || Caller::house(Actor::operator());
    let one = interviewers::add(app, admin(), "matrix@example.com", "").await.unwrap();
    let calendar = Whereabouts {
        kind: CalendarKind::Feed,
        // Nobody is called there.
        url: "http://127.0.0.1:9/matrix.ics".into(),
        user: None,
        password: None,
    };
    let kept = app.store.write(move |tx| {
        let now = tx.now;
        interviewer_calendars::insert(tx, one, &calendar, now)
    });
    let calendar = kept.await.unwrap();
    let token = interviewers::feeds::renew(app, admin(), one).await.unwrap();
    (one.to_string(), calendar.to_string(), token.as_str().to_owned())
}

/// A picture of a text of a conversation.
pub async fn photo(app: &TestApp, conversation: ConversationId, message: MessageId) -> String {
    let drawn = NewPhoto { full: vec![0xFF], small: vec![0xFF], width: 1, height: 1 };
    let kept = app.store.write(move |tx| {
        let now = tx.now;
        photos::insert(tx, conversation, message, std::slice::from_ref(&drawn), now)?;
        photos::of_messages(tx, &[message])
    });
    kept.await.unwrap()[&message][0].id.to_string()
}

/// An account of a provider of the world, which nobody answers for.
pub async fn account(app: &TestApp) -> String {
    let twilio = NewAccount {
        kind: "twilio".into(),
        settings: [
            ("account_sid", "AC0123456789abcdef0123456789abcdef"),
            ("auth_token", "t"),
            // Nobody is at home there: what the routes ask stays on this machine.
            ("base_url", "http://127.0.0.1:9"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        sender: "+815055556666".into(),
    };
    let admin = Caller::house(Actor::operator());
    let added = settings::add_account(app, admin, app.cast.recruiting, twilio).await;
    added.unwrap().0.id.to_string()
}

/// A program of others that is off, and something it was to be told.
pub async fn webhook(app: &TestApp) -> (String, String) {
    let (webhook, delivery): (WebhookId, DeliveryId) = (fresh_id(), fresh_id());
    let made = app.store.write(move |tx| {
        let now = tx.now;
        let new = Webhook {
            id: webhook,
            url: "https://crm.example.jp/".into(),
            kinds: vec![EventKind::AppointmentBooked],
            inbox: None,
            seq: 0,
            pause: Some(Pause::Person),
            created_at: now,
        };
        webhooks::insert(tx, &new, &fresh_secret())?;
        let notice = Notice {
            seq: None,
            kind: EventKind::AppointmentBooked.word().into(),
            happened_at: now,
            inbox: None,
            conversation: None,
            message: None,
            offer: None,
        };
        deliveries::insert(tx, (delivery, webhook), &notice, now)
    });
    made.await.unwrap();
    (webhook.to_string(), delivery.to_string())
}
