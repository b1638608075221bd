//! A user changes their own password.

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, PASSWORD, SATO};

const PATH: &str = "/settings/password";
const NEW: &str = "新しい 長い 合言葉 2026";

#[tokio::test]
async fn the_old_one_opens_nothing_any_more() {
    let app = TestApp::start().await;
    let (here, elsewhere) = (app.sign_in(SATO).await, app.sign_in(SATO).await);
    here.put(PATH, &[("current", PASSWORD), ("password", NEW)]).await.expect(303);
    here.get("/conversations").await.expect(200);
    elsewhere.get("/conversations").await.expect(401);
    let fields = [("email", SATO.email), ("password", PASSWORD)];
    Browser::new(&app).post("/session", &fields).await.expect(422);
    Browser::new(&app).sign_in(SATO.email, NEW).await;
    let log = app.sign_in(ADMIN).await.get("/settings/audit").await.expect(200);
    let did = log.texts("td.did");
    assert!(did.iter().any(|action| action == "パスワードの変更"), "{did:?}");
    assert!(!log.text.contains(NEW), "no log holds a password");
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    for (current, password, field, words) in [
        ("not it", NEW, "#current-hint", "いまのパスワードと違います"),
        (PASSWORD, "みじかいの", "#password-hint", "12文字以上にしてください"),
        (PASSWORD, "sato@example.jp", "#password-hint", "推測されやすい"),
    ] {
        let fields = [("current", current), ("password", password)];
        let page = sato.put(PATH, &fields).await.expect(422);
        let told = page.texts(field).join(" ");
        assert!(told.contains(words), "{told}");
        for input in ["#current", "#password"] {
            assert_eq!(page.attribute(input, "value").as_deref(), Some(""), "typed again");
        }
        app.advance(chrono::TimeDelta::minutes(10));
    }
    sato.get("/conversations").await.expect(200);
    Browser::new(&app).sign_in(SATO.email, PASSWORD).await;
}
