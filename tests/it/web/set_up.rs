//! The first run: four pages between an empty folder and the first text.

use henji::domain::user::Actor;
use henji::domain::user::Caller;

use crate::support::TestApp;
use crate::support::browser::{Browser, cookie};
use crate::support::cast;

#[tokio::test]
async fn the_link_leads_to_a_house_that_can_answer() {
    let app = TestApp::unfurnished().await;
    let token = app.set_up.clone().expect("an empty house prints a link");
    let browser = Browser::new(&app);
    let start = browser.get(&format!("/setup?token={token}")).await.expect(303);
    let page = browser.get(start.header("location")).await.expect(200);
    assert_eq!(page.attribute("input[name=token]", "value").unwrap(), token);

    let house = [
        ("token", token.as_str()),
        ("name", "さくら電力"),
        ("inbox_name", "受付"),
        ("locale", "ja"),
        ("time_zone", "Asia/Tokyo"),
    ];
    browser.post("/setup/organization", &house).await.expect(303);
    let admin = [
        ("token", token.as_str()),
        ("name", "渡辺 管"),
        ("email", "admin@example.jp"),
        ("password", cast::PASSWORD),
    ];
    browser.post("/setup/administrator", &admin).await.expect(303);
    let provider =
        [("token", token.as_str()), ("kind", "simulator"), ("simulator_sender", "050-1111-2222")];
    let done = browser.post("/setup/provider", &provider).await.expect(303);
    assert_eq!(done.header("location"), "/setup/start");
    assert!(cookie(&done, "__Host-sid").is_some(), "the administrator is signed in");

    // The door is shut, and the house works.
    for path in ["/setup", "/setup/organization", "/setup/administrator", "/setup/provider"] {
        browser.get(&format!("{path}?token={token}")).await.expect(404);
    }
    browser.post("/setup/organization", &house).await.expect(404);
    browser.sign_in("admin@example.jp", cast::PASSWORD).await;
    app.simulator.handset_sends("+819012345678", "+815011112222", "もしもし", None).unwrap();
    app.simulator.idle().await;
    assert!(browser.get("/conversations?view=all").await.expect(200).text.contains("もしもし"));
}

#[tokio::test]
async fn nobody_else_sets_the_house_up() {
    let app = TestApp::unfurnished().await;
    let token = app.set_up.clone().unwrap();
    let browser = Browser::new(&app);
    for wrong in ["", "made-up", &token[1..], &token.to_lowercase()] {
        browser.get(&format!("/setup?token={wrong}")).await.expect(404);
        let house = [("token", wrong), ("name", "x"), ("inbox_name", "x")];
        browser.post("/setup/organization", &house).await.expect(404);
    }
    assert_eq!(app.raw().count("users", ""), 0);
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_nothing_is_made() {
    let app = TestApp::unfurnished().await;
    let token = app.set_up.clone().unwrap();
    let browser = Browser::new(&app);
    let house = [
        ("token", token.as_str()),
        ("name", "さくら電力"),
        ("inbox_name", "受付"),
        ("locale", "ja"),
        ("time_zone", "Asia/Tokyo"),
    ];
    browser.post("/setup/organization", &house).await.expect(303);
    let admin = [
        ("token", token.as_str()),
        ("name", "渡辺"),
        ("email", "no address"),
        ("password", "too short"),
    ];
    let refused = browser.post("/setup/administrator", &admin).await.expect(422);
    let wrong = refused.texts(".wrong");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert_eq!(refused.attribute("#email", "value").unwrap(), "no address");
    assert!(!refused.text.contains("too short"), "a password is never shown again");
    assert_eq!(app.raw().count("users", "") + app.raw().count("organizations", ""), 0);
}

#[tokio::test]
async fn a_house_is_set_up_once_by_whichever_door() {
    let app = TestApp::unfurnished().await;
    let token = app.set_up.clone().unwrap();
    cast::Cast::move_in(&app).await;
    let browser = Browser::new(&app);
    browser.get(&format!("/setup?token={token}")).await.expect(404);
    let again = henji::actions::set_up::Answers {
        organization: "x".into(),
        admin_name: "x".into(),
        admin_email: "x@example.jp".into(),
        admin_password: cast::PASSWORD.into(),
        inbox: "x".into(),
        locale: "ja".into(),
        time_zone: "Asia/Tokyo".into(),
        provider: "simulator".into(),
        settings: Default::default(),
        sender: None,
    };
    let house = Caller::house(Actor::operator());
    let refused = henji::actions::set_up::run(&app, house, again).await;
    assert!(matches!(refused, Err(henji::actions::ActionError::TooLate)));
}
