//! Applications written down by a person, and what is known of them said anew.

use serde_json::json;

use super::*;
use crate::support::cast::TANAKA;

/// The ids of people as the form has them, by name.
fn choice(page: &Answer, name: &str) -> String {
    let html = page.html();
    let selector = scraper::Selector::parse("select[name=recruiter] option").unwrap();
    let found = html.select(&selector).find(|option| option.text().collect::<String>() == name);
    found.unwrap().value().attr("value").unwrap().to_owned()
}

#[tokio::test]
async fn who_applied_by_telephone_is_written_down() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let form = sato.get("/applications/new").await.expect(200);
    assert!(form.text.contains(SATO.name) && !form.text.contains(YAMADA.name));
    let tanaka = choice(&form, TANAKA.name);
    let told = [
        ("to", "090-1111-0001"),
        ("name", "山田 花子"),
        ("job", "営業"),
        ("medium", "紹介"),
        ("recruiter", tanaka.as_str()),
    ];
    let made = sato.post("/applications", &told).await.expect(303).header("location").to_owned();
    let page = sato.get(&made).await.expect(200);
    for word in ["山田 花子", "090-1111-0001", "営業", "紹介", TANAKA.name] {
        assert!(page.text.contains(word), "{word}");
    }
    let by = app.raw().count("audit_entries", "where action = 'application.add'");
    assert_eq!(by, 1);
    // The same again is the same, and says so by leading there.
    let again = sato.post("/applications", &told).await.expect(303);
    assert_eq!(again.header("location"), made);
    assert_eq!(app.raw().count("applications", ""), 1);
}

#[tokio::test]
async fn what_cannot_be_an_application_is_said_beside_the_field() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let yamadas = app.cast.recruiting.to_string();
    let long = "あ".repeat(500);
    for (fields, wrong) in [
        (vec![("to", "")], "to"),
        (vec![("to", "03-1111-2222")], "to"),
        (vec![("to", "090-1111-0001"), ("job", long.as_str())], "job"),
        (vec![("to", "090-1111-0001"), ("recruiter", "nobody")], "recruiter"),
        (vec![("to", "090-1111-0001"), ("inbox_id", yamadas.as_str())], "inbox_id"),
    ] {
        let page = sato.post("/applications", &fields).await.expect(422);
        let selector = format!("#{wrong}[aria-invalid=true]");
        assert_eq!(page.attribute(&selector, "name"), Some(wrong.to_owned()), "{fields:?}");
    }
    assert_eq!(app.raw().count("applications", ""), 0);
    app.sign_in(VIEWER).await.get("/applications/new").await.expect(404);
}

#[tokio::test]
async fn job_source_and_recruiter_are_said_anew() {
    let app = TestApp::start().await;
    let more = json!({"name": "山田 花子", "job": "事務", "recruiter_email": SATO.email});
    let one = applied(&app, "+819011110001", more).await;
    let sato = app.sign_in(SATO).await;
    let form = sato.get(&format!("{}/edit", path(&one))).await.expect(200);
    assert_eq!(form.attribute("#job", "value"), Some("事務".to_owned()));
    assert_eq!(form.texts("select[name=recruiter] option[selected]"), [SATO.name]);
    let tanaka = choice(&form, TANAKA.name);

    let about = format!("{}/about", path(&one));
    let told = [("job", "営業"), ("medium", "Indeed"), ("recruiter", tanaka.as_str())];
    sato.put(&about, &told).await.expect(303);
    let page = sato.get(&path(&one)).await.expect(200);
    assert!(page.text.contains("営業") && page.text.contains("Indeed"));
    assert!(page.text.contains(TANAKA.name) && !page.text.contains("事務"));
    // Said once more nothing is new; taken away it is gone.
    sato.put(&about, &told).await.expect(303);
    sato.put(&about, &[("job", "営業")]).await.expect(303);
    assert!(!sato.get(&path(&one)).await.text.contains("Indeed"));
    let kept = app.raw().count("audit_entries", "where action = 'application.change'");
    assert_eq!(kept, 2);

    let yamada = app.sign_in(YAMADA).await;
    yamada.get(&format!("{}/edit", path(&one))).await.expect(404);
    yamada.put(&about, &[("job", "社長")]).await.expect(404);
    let page = yamada.get("/applications/new").await.expect(200);
    let theirs = choice(&page, YAMADA.name);
    let wrong = sato.put(&about, &[("job", "x"), ("recruiter", &theirs)]).await.expect(422);
    assert_eq!(wrong.attribute("#job", "value"), Some("x".to_owned()), "nothing typed is lost");
    assert!(sato.get(&path(&one)).await.text.contains("営業"));
}
