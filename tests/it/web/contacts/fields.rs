//! What a house keeps of its customers in its own words.

use henji::actions::contact_fields::{self, Wanted};
use henji::actions::templates;
use henji::clock::fresh_id;
use henji::domain::contact_field::FieldKind;
use henji::domain::id::FieldId;
use henji::domain::user::{Actor, Caller};
use henji::store::templates::Template;
use serde_json::json;

use super::{HANDSET, page_of};
use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, YAMADA};

fn house() -> Caller {
    Caller::house(Actor::operator())
}

async fn field(app: &TestApp, name: &str, kind: FieldKind) -> FieldId {
    let choices = vec!["個人".to_owned(), "法人".to_owned()];
    let wanted = Wanted { id: None, name: name.into(), kind, choices, position: 1 };
    contact_fields::save(app, house(), wanted).await.unwrap()
}

#[tokio::test]
async fn what_is_known_of_somebody_stands_beside_every_conversation() {
    let app = TestApp::start().await;
    let thread = app.handset(HANDSET).sends("契約の件です").await;
    let contact = page_of(&app, thread).await;
    let sato = app.sign_in(SATO).await;
    assert!(sato.get(&contact).await.expect(200).texts("#fields").is_empty(), "no fields yet");
    let number = field(&app, "会員番号", FieldKind::Text).await;
    let since = field(&app, "契約日", FieldKind::Date).await;
    let kind = field(&app, "区分", FieldKind::Choice).await;
    let path = format!("{contact}/fields");
    let names = [number, since, kind].map(|id| format!("field-{id}"));
    let fill = |values: [&'static str; 3]| {
        let fields: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
        let (sato, path) = (&sato, path.clone());
        async move { sato.put(&path, &fields).await }
    };
    // All or nothing, and what was typed is there to be mended.
    let refused = fill(["A-1", "6月1日", "団体"]).await.expect(422);
    assert_eq!(refused.texts("form .wrong").len(), 2, "{}", refused.text);
    let typed = refused.attribute(&format!("#field-{since}"), "value").unwrap();
    assert_eq!(typed, "6月1日");
    assert_eq!(app.raw().count("contact_values", ""), 0);
    let before = app.last_event().await;
    fill(["A-1", "２０２６／６／１", "法人"]).await.expect(303);
    assert_eq!(app.last_event().await, before + 1, "open screens are told");
    let page = sato.get(&contact).await.expect(200);
    assert_eq!(page.texts("[aria-labelledby=fields] .facts span"), ["A-1", "2026年6月1日", "法人"]);
    let side = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(side.texts(".side dd").contains(&"2026年6月1日".to_owned()));
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.fields'"), 1);
    // The same again is no news; what a colleague wrote meanwhile elsewhere stays.
    fill(["A-1", "2026-06-01", "法人"]).await.expect(303);
    assert_eq!(app.last_event().await, before + 1);
    let was = [number, since].map(|id| format!("was-{id}"));
    let sent = [
        (names[0].as_str(), ""),
        (&was[0], "A-1"),
        (&names[1], "2026-06-01"),
        (&was[1], "2026-06-01"),
    ];
    sato.put(&path, &sent).await.expect(303);
    let page = sato.get(&contact).await.expect(200);
    assert_eq!(page.texts("[aria-labelledby=fields] .facts b"), ["契約日", "区分"]);
    app.sign_in(YAMADA).await.put(&path, &[(&names[0], "x")]).await.expect(404);
    // Put away and taken out again, it has what it had.
    let admin = app.sign_in(ADMIN).await;
    let archival = format!("/settings/fields/{kind}/archival");
    admin.post(&archival, &[]).await.expect(303);
    assert!(!sato.get(&contact).await.text.contains("法人"));
    admin.delete(&archival).await.expect(303);
    assert!(sato.get(&contact).await.text.contains("法人"));
    assert_eq!(
        app.raw().count("contact_values", "where cast(value_sealed as text) like '%2026%'"),
        0
    );
}

#[tokio::test]
async fn merged_persons_have_the_values_of_both_and_separated_ones_their_own() {
    let app = TestApp::start().await;
    let one = page_of(&app, app.handset(HANDSET).sends("一台目").await).await;
    let two = page_of(&app, app.handset("+819087654321").sends("二台目").await).await;
    let number = field(&app, "会員番号", FieldKind::Text).await;
    let since = field(&app, "契約日", FieldKind::Date).await;
    let sato = app.sign_in(SATO).await;
    let (number, since) = (format!("field-{number}"), format!("field-{since}"));
    sato.put(&format!("{one}/fields"), &[(&number, "A-1")]).await.expect(303);
    sato.put(&format!("{two}/fields"), &[(&number, "B-2"), (&since, "2026-06-01")])
        .await
        .expect(303);
    let values = async |path: &str| {
        sato.get(path).await.expect(200).texts("[aria-labelledby=fields] .facts span")
    };
    let id = two.rsplit('/').next().unwrap();
    sato.post(&format!("{one}/merge"), &[("contact", id)]).await.expect(303);
    assert_eq!(values(&one).await, ["A-1", "2026年6月1日"]);
    // Taken away from the person, it does not come back from the other number.
    sato.put(
        &format!("{one}/fields"),
        &[(&since, ""), (&format!("was-{}", &since[6..]), "2026-06-01")],
    )
    .await
    .expect(303);
    assert_eq!(values(&one).await, ["A-1"]);
    sato.delete(&format!("{two}/merge")).await.expect(303);
    assert_eq!(values(&one).await, ["A-1"]);
    assert_eq!(values(&two).await, ["B-2", "2026年6月1日"]);
}

#[tokio::test]
async fn a_template_is_filled_with_them_and_blocked_without() {
    let app = TestApp::start().await;
    let thread = app.handset(HANDSET).sends("更新したいです").await;
    let contact = page_of(&app, thread).await;
    let since = field(&app, "契約日", FieldKind::Date).await;
    let template = |body: &str| Template {
        id: fresh_id(),
        inbox_id: None,
        name: "更新".into(),
        shortcut: String::new(),
        locale: String::new(),
        body: body.into(),
    };
    templates::save(&app, house(), template("{{会員番号}}")).await.unwrap_err();
    let known = template("ご契約日は{{契約日}}です");
    templates::save(&app, house(), known.clone()).await.unwrap();
    let sato = app.sign_in(SATO).await;
    let insert = format!("/conversations/{thread}/draft?insert");
    let inserted = async |body: &str| {
        let id = known.id.to_string();
        sato.put(&insert, &[("template_id", &id), ("body", body)]).await.expect(303);
        sato.get(&format!("/conversations/{thread}")).await.texts("#body")[0].clone()
    };
    let unfilled = inserted("").await;
    assert_eq!(unfilled, "ご契約日は{{契約日}}です");
    let path = format!("/conversations/{thread}/messages");
    sato.post(&path, &[("body", &unfilled)]).await.expect(422);
    let name = format!("field-{since}");
    sato.put(&format!("{contact}/fields"), &[(&name, "2026-06-01")]).await.expect(303);
    sato.put(&format!("/conversations/{thread}/draft"), &[("body", "")]).await.expect(303);
    assert_eq!(inserted("").await, "ご契約日は2026年6月1日です");
}

#[tokio::test]
async fn programs_and_files_read_and_write_them() {
    let app = TestApp::start().await;
    app.leaves_work();
    let thread = app.handset(HANDSET).sends("こんにちは").await;
    let id = page_of(&app, thread).await.rsplit('/').next().unwrap().to_owned();
    field(&app, "会員番号", FieldKind::Text).await;
    field(&app, "契約日", FieldKind::Date).await;
    let api = app.api();
    let listed = api.get("/contact_fields").await.expect(200).json();
    assert_eq!(listed["items"][1]["kind"], "date");
    let path = format!("/contacts/{id}/fields");
    let body = json!({"会員番号": 17, "契約日": "2026-06-01"});
    let written = api.put(&path, body).await.expect(200).json();
    assert_eq!(written["fields"], json!({"会員番号": "17", "契約日": "2026-06-01"}));
    for (body, reason) in [
        (json!({"会員番号": "x", "契約日": "来月"}), "not_a_date"),
        (json!({"住所": "x"}), "unknown_name"),
        (json!({"会員番号": ["x"]}), "malformed"),
    ] {
        let refused = api.put(&path, body).await.expect(422).json();
        assert_eq!(refused["reason"], reason);
    }
    api.put(&path, json!({"契約日": null})).await.expect(200);
    let seen = api.get(&format!("/conversations/{thread}")).await.expect(200).json();
    assert_eq!(seen["contact"]["fields"], json!({"会員番号": "17"}));
    let found = api.get("/contacts").await.expect(200).json();
    assert_eq!(found["items"][0]["fields"], json!({"会員番号": "17"}));

    let admin = app.sign_in(ADMIN).await;
    let file =
        "電話番号,名前,契約日,会員番号\n09012345678,,2026年7月1日,\n08011112222,新顧客,,B-2\n";
    let (_, done) = super::table::import(&app, &admin, file.as_bytes()).await;
    assert_eq!(done, "/contacts?added=1&changed=1");
    let (_, again) = super::table::import(&app, &admin, file.as_bytes()).await;
    assert_eq!(again, "/contacts?added=0&changed=0");
    let wrong = "電話番号,契約日\n09012345678,来月\n";
    let inbox = app.cast.reception.to_string();
    let refused = super::table::send(&admin, &[("inbox_id", &inbox)], Some(wrong.as_bytes()))
        .await
        .expect(422);
    assert_eq!(refused.texts("#faults td")[0], "契約日");
    let written = admin.post("/contacts/export", &[("encoding", "utf-8")]).await.expect(200).text;
    assert!(written.contains("会員番号,契約日"), "{written}");
    assert!(written.contains("17,2026-07-01") && written.contains("B-2,"), "{written}");
}
