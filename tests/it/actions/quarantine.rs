//! A webhook that fails its check: nothing of it is shown, nothing is lost.

use henji::providers::simulator::webhook::SIGNATURE;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, SATO, SUZUKI};
use crate::support::test_db;
use crate::support::webhook::{Signer, inbound, receipt};

const HANDSET: &str = "+819012345678";
const BODY: &str = "改ざんされた本文";

#[tokio::test]
async fn a_changed_byte_is_not_believed_and_not_shown() {
    let app = TestApp::start().await;
    let signed = inbound("SIM1", HANDSET, "はい").to_string();
    let signer = Signer::of(&app, &app.cast.account);
    // Every byte of the body in turn.
    for at in (0..signed.len()).step_by(7) {
        let mut forged = signed.clone().into_bytes();
        forged[at] ^= 1;
        let request = signer.request(&app.http, app.now(), "inbound", signed.clone()).body(forged);
        Answer::to(request).await.expect(403);
    }
    assert_eq!(app.raw().count("messages", ""), 0);
    assert_eq!(app.raw().count("contacts", ""), 0);
    let kept = app.raw().count("quarantine", "");
    assert_eq!(kept, signed.len().div_ceil(7) as i64);
}

#[tokio::test]
async fn replayed_by_an_administrator_it_appears() {
    let app = TestApp::start().await;
    forge(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    assert!(page.text.contains(BODY), "the administrator sees what to judge");
    let action = page.attribute("form[action$='/replay']", "action").unwrap();
    admin.post(&action, &[]).await.expect(303);
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().texts(conversation).await, [BODY]);
    // Once is enough.
    admin.post(&action, &[]).await.expect(409);
    assert_eq!(app.raw().count("messages", ""), 1);
}

#[tokio::test]
async fn discarded_it_stays_away() {
    let app = TestApp::start().await;
    forge(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    let replay = page.attribute("form[action$='/replay']", "action").unwrap();
    let discard = replay.strip_suffix("/replay").unwrap();
    admin.delete(discard).await.expect(303);
    admin.post(&replay, &[]).await.expect(409);
    assert_eq!(app.raw().count("messages", ""), 0);
}

#[tokio::test]
async fn to_everybody_else_it_does_not_exist() {
    let app = TestApp::start().await;
    forge(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    let replay = page.attribute("form[action$='/replay']", "action").unwrap();
    for character in [SATO, SUZUKI] {
        let somebody = app.sign_in(character).await;
        somebody.get("/settings/quarantine").await.expect(404);
        somebody.post(&replay, &[]).await.expect(404);
    }
    assert_eq!(app.raw().count("messages", ""), 0);
}

#[tokio::test]
async fn what_is_kept_is_sealed() {
    let app = TestApp::start().await;
    forge(&app).await;
    let raw_text = "select coalesce(problem, '') || route as t from quarantine";
    let told = app.raw().texts(raw_text).join(" ");
    assert!(!told.contains(BODY) && !told.contains(HANDSET), "{told}");
    let sealed = match test_db::is_postgres() {
        true => "select encode(request_sealed, 'escape') as t from quarantine",
        false => "select hex(request_sealed) as t from quarantine",
    };
    let sealed = app.raw().texts(sealed).join(" ");
    let hex: String = HANDSET.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert!(!sealed.contains(HANDSET) && !sealed.contains(&hex));
}

#[tokio::test]
async fn a_missing_signature_is_a_refusal_at_both_doors() {
    let app = TestApp::start().await;
    let signer = Signer::of(&app, &app.cast.account);
    for (route, body) in
        [("inbound", inbound("SIM1", HANDSET, "?")), ("receipts", receipt("SIM1", "delivered"))]
    {
        let bare = app.http.post(format!("{}{}", app.url, signer.path(route)));
        Answer::to(bare.body(body.to_string())).await.expect(403);
        let old = app.now() - chrono::TimeDelta::minutes(6);
        Answer::to(signer.request(&app.http, old, route, body.to_string())).await.expect(403);
        let secret = Signer { secret: "another account's secret".into(), ..signer.clone() };
        Answer::to(secret.request(&app.http, app.now(), route, body.to_string())).await.expect(403);
    }
    assert_eq!(app.raw().count("quarantine", ""), 6);
    assert_eq!(app.raw().count("receipts", ""), 0);
}

#[tokio::test]
async fn a_genuine_request_that_cannot_be_read_is_kept_and_acknowledged() {
    let app = TestApp::start().await;
    let nonsense = serde_json::json!({"id": "SIM1", "something": "else"});
    app.webhook("inbound", &nonsense).await.expect(200);
    assert_eq!(app.raw().count("quarantine", "where resolved_at is null"), 1);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    let replay = page.attribute("form[action$='/replay']", "action").unwrap();
    admin.post(&replay, &[]).await.expect(422);
    assert_eq!(app.raw().count("quarantine", "where resolved_at is null"), 1);
}

#[tokio::test]
async fn an_address_nobody_has_keeps_nothing() {
    let app = TestApp::start().await;
    let signer = Signer::of(&app, &app.cast.account);
    let wrong = Signer { token: "made-up".into(), ..signer };
    let body = inbound("SIM1", HANDSET, "?").to_string();
    Answer::to(wrong.request(&app.http, app.now(), "inbound", body)).await.expect(404);
    assert_eq!(app.raw().count("quarantine", ""), 0);
}

/// A text with a stranger's signature.
async fn forge(app: &TestApp) {
    let signer = Signer::of(app, &app.cast.account);
    let body = inbound("SIM1", HANDSET, BODY).to_string();
    let request = signer.request(&app.http, app.now(), "inbound", body);
    let mut request = request.build().unwrap();
    request.headers_mut().insert(SIGNATURE, "0".repeat(64).parse().unwrap());
    let answer = app.http.execute(request).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(app.raw().count("quarantine", ""), 1);
}
