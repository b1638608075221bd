//! The first run, its pages served by whichever node comes next.

use henji::actions::set_up::links;

use crate::support::browser::Browser;
use crate::support::cast;
use crate::support::test_app::TestApp;
use crate::support::test_db::is_postgres;

#[tokio::test]
async fn the_link_of_one_node_leads_in_at_every_node_once() {
    if !is_postgres() {
        return;
    }
    let a = TestApp::unfurnished().await;
    let b = TestApp::on(a.db().shared()).await;
    let token = a.set_up.clone().unwrap();
    let of_b = b.set_up.clone().unwrap();
    assert_ne!(token, of_b, "each process prints its own");
    let (at_a, at_b) = (Browser::new(&a), Browser::new(&b));
    let house = [
        ("token", token.as_str()),
        ("name", "さくら電力"),
        ("inbox_name", "受付"),
        ("locale", "ja"),
        ("time_zone", "Asia/Tokyo"),
    ];
    at_b.post("/setup/organization", &house).await.expect(303);
    let admin = [
        ("token", token.as_str()),
        ("name", "渡辺 管"),
        ("email", "admin@example.jp"),
        ("password", cast::PASSWORD),
    ];
    at_a.post("/setup/administrator", &admin).await.expect(303);
    let provider =
        [("token", token.as_str()), ("kind", "simulator"), ("simulator_sender", "050-1111-2222")];
    at_b.post("/setup/provider", &provider).await.expect(303);

    for token in [&token, &of_b] {
        for browser in [&at_a, &at_b] {
            browser.get(&format!("/setup?token={token}")).await.expect(404);
        }
    }
    assert_eq!(a.raw().count("set_up_links", ""), 0, "what was told is forgotten");
    at_a.sign_in("admin@example.jp", cast::PASSWORD).await;
}

/// On either database: neither the token nor what the pages were told can be read.
#[tokio::test]
async fn a_stolen_database_opens_no_empty_house() {
    let app = TestApp::unfurnished().await;
    let token = app.set_up.clone().unwrap();
    let papers = links::papers(&app, &token).await.unwrap();
    let told = links::AboutAdministrator {
        name: "渡辺".into(),
        email: "admin@example.jp".into(),
        password: cast::PASSWORD.to_owned().into(),
    };
    papers.note_administrator(&app, told).await.unwrap();
    assert!(links::papers(&app, &token).await.unwrap().told.administrator.is_some());
    let hex = if is_postgres() { "encode(COLUMN, 'hex')" } else { "lower(hex(COLUMN))" };
    let stored = ["token_hash", "papers_sealed"].map(|column| {
        let hex = hex.replace("COLUMN", column);
        app.raw().texts(&format!("select {hex} as t from set_up_links")).concat()
    });
    assert!(stored.iter().all(|hex| hex.len() >= 64), "{stored:?}");
    for secret in [token.as_str(), cast::PASSWORD, "admin@example.jp", "渡辺"] {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!stored.concat().contains(&hex), "{secret} lies open");
    }
    app.advance(chrono::TimeDelta::days(8));
    assert!(links::papers(&app, &token).await.is_err(), "an old link is no way in");
}
