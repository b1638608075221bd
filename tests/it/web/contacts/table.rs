//! Customers from a file, and into one.

use encoding_rs::SHIFT_JIS;

use super::merge::contact_of;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO, YAMADA};

/// A form with a file, as a browser sends it.
pub async fn send(reader: &Browser, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    send_to("/contacts/table", reader, fields, file).await
}

/// The same to any page that takes files.
pub async fn send_to(
    path: &str,
    reader: &Browser,
    fields: &[(&str, &str)],
    file: Option<&[u8]>,
) -> Answer {
    const BOUNDARY: &str = "----WebKitFormBoundaryhenji";
    let csrf = reader.csrf();
    let mut body = Vec::new();
    for (name, value) in fields.iter().chain([("csrf", csrf.as_str())].iter()) {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
        body.extend(format!("{head}\r\n\r\n{value}\r\n").into_bytes());
    }
    if let Some(file) = file {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"";
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let request = reader.request(reqwest::Method::POST, path);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    Answer::to(request.header("content-type", kind).body(body)).await
}

/// Looks at a file and agrees with what is shown.
pub async fn import(app: &TestApp, admin: &Browser, file: &[u8]) -> (Answer, String) {
    let inbox = app.cast.reception.to_string();
    let preview = send(admin, &[("inbox_id", &inbox)], Some(file)).await.expect(200);
    let rows = text_of(&preview, "textarea[name=rows]");
    let chosen = preview.attribute("input[name=inbox_id]", "value").unwrap();
    let done = send(admin, &[("inbox_id", &chosen), ("rows", &rows)], None).await.expect(303);
    let location = done.header("location").to_owned();
    (preview, location)
}

/// With its line ends, which a browser keeps.
pub fn text_of(page: &Answer, selector: &str) -> String {
    let selector = scraper::Selector::parse(selector).unwrap();
    page.html().select(&selector).next().unwrap().text().collect()
}

async fn names(reader: &Browser, path: &str) -> Vec<String> {
    reader.get(path).await.expect(200).texts("ul.found .nm")
}

#[tokio::test]
async fn a_file_as_windows_writes_it_is_looked_at_taken_in_and_taken_in_again() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (admin, sato) = (app.sign_in(ADMIN).await, app.sign_in(SATO).await);
    let known = app.handset("+819011110001").sends("もう知り合いです").await;
    let text = "氏名,携帯番号,メモ\r\n髙橋 花子,090-1111-0001,a\r\n鈴木 次郎,8011110002,b\r\n,090 1111 0003,\r\n";
    let file = SHIFT_JIS.encode(text).0;
    let before = app.raw().count("contacts", "");
    let (preview, done) = import(&app, &admin, &file).await;
    assert_eq!(preview.texts("tbody th"), ["090-1111-0001", "080-1111-0002", "090-1111-0003"]);
    assert!(preview.text.contains("メモ"), "what is passed over is said");
    assert_eq!(done, "/contacts?added=2&changed=1");
    assert_eq!(app.raw().count("contacts", "") - before, 2);
    let again = import(&app, &admin, text.as_bytes()).await.1;
    assert_eq!(again, "/contacts?added=0&changed=0", "the same once more changes nothing");
    assert_eq!(app.raw().count("contacts", "") - before, 2);

    // Sato's inbox sees them, by name and number too; Yamada's does not.
    let page = sato.get(&format!("/conversations/{known}")).await.expect(200);
    assert!(page.text.contains("髙橋 花子"));
    app.index().await;
    assert_eq!(names(&sato, "/contacts").await.len(), 3);
    assert_eq!(names(&sato, "/contacts?q=次郎").await, ["鈴木 次郎"]);
    assert_eq!(names(&sato, "/contacts?q=1111-0002").await, ["鈴木 次郎"]);
    assert_eq!(names(&sato, "/contacts?q=花子").await, ["髙橋 花子"]);
    let yamada = app.sign_in(YAMADA).await;
    assert_eq!(names(&yamada, "/contacts").await, Vec::<String>::new());
    assert_eq!(names(&yamada, "/contacts?q=次郎").await, Vec::<String>::new());
    let jiro = sato.get("/contacts?q=次郎").await.attribute("ul.found a", "href").unwrap();
    assert_eq!(sato.get(&jiro).await.expect(200).texts("h1"), ["鈴木 次郎"]);
    yamada.get(&jiro).await.expect(404);
    sato.post(&format!("{jiro}/opt_out"), &[("scope", "all"), ("source", "user")])
        .await
        .expect(303);
    let order = app.api().order("+818011110002", "お知らせ", serde_json::json!({}));
    app.api().post("/messages", order).await.expect(422);
    // Who then writes is known by name.
    let thread = app.handset("+818011110002").sends("はじめまして").await;
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(page.text.contains("鈴木 次郎"));
    assert_eq!(names(&sato, "/contacts").await.len(), 3, "and is there once");
}

#[tokio::test]
async fn a_file_with_a_wrong_cell_is_not_taken_in_at_all() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.to_string();
    let good = "phone,name\n090-1111-0001,A\n";
    let wrong = format!("{good}03-1234-5678,B\n09011110001,C\n");
    for locale in ["ja", "en"] {
        admin.put("/settings/preferences", &[("locale", locale)]).await;
        let page = send(&admin, &[("inbox_id", &inbox)], Some(wrong.as_bytes())).await.expect(422);
        assert_eq!(page.texts("#faults tbody th"), ["3", "4"], "{locale}");
        assert_eq!(page.texts("textarea").len(), 0, "nothing to agree with");
        for bad in [&b"\x89PNG\xff"[..], b"", b"name\nA"] {
            let page = send(&admin, &[("inbox_id", &inbox)], Some(bad)).await.expect(422);
            assert_eq!(page.texts("#file-hint.wrong").len(), 1, "{locale}");
        }
    }
    // Nor by a page that was tampered with.
    send(&admin, &[("inbox_id", &inbox), ("rows", &wrong)], None).await.expect(400);
    let nowhere = uuid::Uuid::now_v7().to_string();
    send(&admin, &[("inbox_id", &nowhere), ("rows", good)], None).await.expect(422);
    assert_eq!(app.raw().count("contacts", ""), 0);
    let large = vec![b'a'; 1024 * 1024 + 1];
    send(&admin, &[("inbox_id", &inbox)], Some(&large)).await.expect(422);
    // The form's token is looked for in such a form as in any other.
    let forged = admin.request(reqwest::Method::POST, "/contacts/table");
    let kind = "multipart/form-data; boundary=x";
    let body =
        format!("--x\r\nContent-Disposition: form-data; name=\"rows\"\r\n\r\n{good}\r\n--x--");
    Answer::to(forged.header("content-type", kind).body(body)).await.expect(403);
    assert_eq!(app.raw().count("contacts", ""), 0);
}

#[tokio::test]
async fn what_is_exported_holds_no_formula_is_written_down_and_can_be_taken_in_again() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (admin, sato) = (app.sign_in(ADMIN).await, app.sign_in(SATO).await);
    let formulas = ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(1)", "＝1+1", "'=2", "普通, 名前"];
    for (n, name) in formulas.iter().enumerate() {
        let thread = app.handset(&format!("+81902222000{n}")).sends("はい").await;
        sato.put(&format!("/conversations/{thread}/contact"), &[("name", name)]).await.expect(303);
    }
    for (encoding, is_shift_jis) in [("utf-8", false), ("shift_jis", true)] {
        let form = admin.form("/contacts/export", &[("encoding", encoding)]);
        let response = form.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.starts_with("attachment; filename=\"contacts-20"), "{name}");
        let file = response.bytes().await.unwrap();
        let text = match is_shift_jis {
            true => SHIFT_JIS.decode(&file).0.into_owned(),
            false => String::from_utf8(file[3..].to_vec()).unwrap(),
        };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let cells: Vec<String> = reader
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        assert_eq!(cells.len(), 6 * formulas.len(), "{text}");
        let computes = |cell: &String| cell.starts_with(['=', '+', '-', '@', '＝']);
        assert!(!cells.iter().any(computes), "{cells:?}");
        assert_eq!(import(&app, &admin, &file).await.1, "/contacts?added=0&changed=0");
    }
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.export'"), 2);
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.import'"), 2);
    sato.post("/contacts/export", &[]).await.expect(404);
    sato.get("/contacts/table").await.expect(404);
}

#[tokio::test]
async fn what_is_exported_says_who_agreed_to_advertising_since_when_and_how() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (admin, sato) = (app.sign_in(ADMIN).await, app.sign_in(SATO).await);
    for (n, name) in ["同意", "停止", "無言"].iter().enumerate() {
        let thread = app.handset(&format!("+81902222000{n}")).sends("はい").await;
        sato.put(&format!("/conversations/{thread}/contact"), &[("name", name)]).await.expect(303);
        let about = format!("/contacts/{}", contact_of(&app, thread).await);
        if n < 2 {
            let agreed = [("source", "paper"), ("given_on", "2026-01-05"), ("wording", "申込書")];
            sato.post(&format!("{about}/consents"), &agreed).await.expect(303);
        }
        if n == 1 {
            let stopped = [("scope", "advertising"), ("source", "user")];
            sato.post(&format!("{about}/opt_out"), &stopped).await.expect(303);
        }
    }
    let form = admin.form("/contacts/export", &[("encoding", "utf-8")]);
    let file = form.send().await.unwrap().bytes().await.unwrap();
    let mut reader = csv::Reader::from_reader(&file[3..]);
    let mut rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.unwrap().iter().skip(1).map(str::to_owned).collect())
        .collect();
    rows.sort();
    let today = app.now().with_timezone(&chrono_tz::Asia::Tokyo).date_naive().to_string();
    assert_eq!(rows[0], ["停止", "広告・宣伝のみ", "停止・取り消し", &today, "電話・対面"]);
    assert_eq!(rows[1], ["同意", "", "同意", "2026-01-05", "書面"]);
    assert_eq!(rows[2], ["無言", "", "", "", ""]);
}
