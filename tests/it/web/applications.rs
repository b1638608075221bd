//! Applicants on pages: a table of them, their steps, what became of them, and who sees it.

use chrono::{DateTime, TimeDelta, Utc};
use encoding_rs::SHIFT_JIS;
use serde_json::{Value, json};

use super::contacts::table::{send_to, text_of};
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, AUDITOR, SATO, SUZUKI, VIEWER, YAMADA};

mod by_hand;

const TABLE: &str = "/applications/table";

async fn applied(app: &TestApp, to: &str, more: Value) -> Value {
    let mut told = json!({"inbox_id": app.cast.reception.0, "to": to});
    for (name, value) in more.as_object().unwrap() {
        told[name] = value.clone();
    }
    app.api().post("/applications", told).await.expect(201).json()
}

fn path(application: &Value) -> String {
    format!("/applications/{}", application["id"].as_str().unwrap())
}

async fn names(reader: &Browser, path: &str) -> Vec<String> {
    reader.get(path).await.expect(200).texts("ul.held h2 a")
}

async fn look(app: &TestApp, reader: &Browser, file: &[u8]) -> Answer {
    let inbox = app.cast.reception.to_string();
    send_to(TABLE, reader, &[("inbox_id", &inbox)], Some(file)).await
}

/// Agrees with what is shown.
async fn agree(reader: &Browser, preview: &Answer) -> String {
    let rows = text_of(preview, "textarea[name=rows]");
    let inbox = preview.attribute("input[name=inbox_id]", "value").unwrap();
    let done = send_to(TABLE, reader, &[("inbox_id", &inbox), ("rows", &rows)], None).await;
    done.expect(303).header("location").to_owned()
}

const BOARD: &str = "応募ID,氏名,電話番号,応募職種,媒体,採用担当,応募日時\r\n\
    A-1,髙橋 花子,090-1111-0001,営業,Indeed,鈴木 京子,2026/11/20 10:15\r\n\
    A-2,,8011110002,事務,ＩＮＤＥＥＤ,sato@example.jp,2026/11/21\r\n\
    ,,090 1111 0003,,,,2026/11/21 9:00\r\n";

#[tokio::test]
async fn a_job_boards_file_is_looked_at_taken_in_and_taken_in_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let file = SHIFT_JIS.encode(BOARD).0;
    let preview = look(&app, &sato, &file).await.expect(200);
    assert_eq!(app.raw().count("applications", ""), 0, "looking takes nothing in");
    assert!(preview.texts("tbody tr")[0].contains("髙橋 花子"));
    assert_eq!(agree(&sato, &preview).await, "/applications?added=3&known=0");
    // Written as UTF-8 it is the same again.
    let preview = look(&app, &sato, BOARD.as_bytes()).await.expect(200);
    assert_eq!(agree(&sato, &preview).await, "/applications?added=0&known=3");
    assert_eq!(app.raw().count("applications", ""), 3);
    assert_eq!(app.raw().count("application_media", ""), 1, "width and case mean nothing");
    let kept = app.raw().count("audit_entries", "where action = 'application.import'");
    assert_eq!(kept, 2, "one entry a file");

    let list = sato.get("/applications").await.expect(200);
    let rows = list.texts("ul.held li");
    assert!(rows[1].contains("080-1111-0002") && rows[1].contains("佐藤 花"), "{rows:?}");
    assert!(rows[2].contains("髙橋 花子") && rows[2].contains("営業"), "{rows:?}");
    assert!(rows[2].contains("応募") && rows[2].contains("11/20(金) 10:15"), "{rows:?}");
    assert_eq!(names(&sato, "/applications?mine=1").await, ["080-1111-0002"]);
}

#[tokio::test]
async fn a_file_with_faults_is_told_line_by_line_and_nothing_of_it_is_taken() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let file = "電話番号,担当,応募日時,応募ID\n\
        090-1111-0001,佐藤 花,2026-11-20,A-1\n\
        03-1111-0002,佐藤 花,いつか,A-1\n\
        090-1111-0003,だれか,2026-11-20,A-3\n";
    let page = look(&app, &sato, file.as_bytes()).await.expect(422);
    let faults = page.texts("#faults tbody tr");
    let begins = ["3 応募日時", "3 応募ID", "3 電話番号", "4 担当"];
    let squeezed = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let faults: Vec<String> = faults.iter().map(squeezed).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    for (fault, begin) in faults.iter().zip(begins) {
        assert!(fault.replace(' ', "").starts_with(&begin.replace(' ', "")), "{faults:?}");
    }
    look(&app, &sato, b"\x00\x01").await.expect(422);
    send_to(TABLE, &sato, &[("inbox_id", "")], Some(file.as_bytes())).await.expect(422);
    // Rows that our page did not write.
    let inbox = app.cast.reception.to_string();
    let forged = [("inbox_id", inbox.as_str()), ("rows", file)];
    send_to(TABLE, &sato, &forged, None).await.expect(400);
    assert_eq!(app.raw().count("applications", ""), 0);
    app.sign_in(VIEWER).await.get(TABLE).await.expect(404);
}

#[tokio::test]
async fn steps_are_moved_by_hand_and_shown_where_people_look() {
    let app = TestApp::start().await;
    let thread = app.handset("+819011110001").sends("応募しました").await;
    let one = applied(&app, "+819011110001", json!({"name": "山田 花子"})).await;
    let two = applied(&app, "+819011110002", json!({"recruiter_email": SATO.email})).await;
    let sato = app.sign_in(SATO).await;
    let side = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert_eq!(side.attribute("aside dd a[href^='/applications']", "href"), Some(path(&one)));
    assert!(side.texts("aside dl")[0].contains("選考ステップ応募"), "{:?}", side.texts("aside dl"));

    let back = sato.put(&path(&one), &[("step", "rejected"), ("list", "open")]).await.expect(303);
    assert_eq!(back.header("location"), "/applications?step=open");
    assert_eq!(names(&sato, "/applications").await, ["090-1111-0002"]);
    assert_eq!(names(&sato, "/applications?step=rejected").await, ["山田 花子"]);
    sato.put(&path(&two), &[("step", "hired")]).await.expect(400);
    let way = sato.get(&path(&one)).await.expect(200).texts("#moves tbody tr");
    assert!(way.len() == 2 && way[1].contains("不採用") && way[1].contains("佐藤 花"), "{way:?}");
    let viewer = app.sign_in(VIEWER).await;
    viewer.put(&path(&two), &[("step", "met")]).await.expect(403);
    assert!(viewer.get(&path(&two)).await.expect(200).texts("main form").is_empty());

    // 日程 shows the step of whoever was offered times, and goes by it.
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": "+819011110002",
        "title": "面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(3)).to_rfc3339()}],
    });
    app.api().post("/appointment_offers", order).await.expect(201);
    app.settle().await;
    for (query, count) in [
        ("", 1),
        ("?step=scheduling", 1),
        ("?step=met", 0),
        ("?mine=1", 1),
        ("?mine=1&step=scheduling", 1),
    ] {
        let board = sato.get(&format!("/appointments{query}")).await.expect(200);
        let rows = board.texts("ul.held li");
        assert_eq!(rows.len(), count, "{query}");
        assert!(rows.iter().all(|row| row.contains("日程調整中")), "{rows:?}");
    }
    let suzuki = app.sign_in(SUZUKI).await;
    assert!(names(&suzuki, "/appointments?mine=1").await.is_empty());
}

/// R6: who belongs to another inbox finds nothing of it, wherever they look.
#[tokio::test]
async fn applicants_of_another_team_are_nowhere() {
    let app = TestApp::start().await;
    let one =
        applied(&app, "+819011110001", json!({"name": "山田 花子", "medium": "Indeed"})).await;
    let yamada = app.sign_in(YAMADA).await;
    assert!(names(&yamada, "/applications").await.is_empty());
    assert!(names(&yamada, "/appointments").await.is_empty());
    yamada.get(&path(&one)).await.expect(404);
    yamada.put(&path(&one), &[("step", "met")]).await.expect(404);
    let report = yamada.get("/reports/applications").await.expect(200);
    assert!(!report.text.contains("Indeed"), "no figure of it, nor the name of its source");
    let file = yamada.get("/reports/applications.csv").await.expect(200);
    assert_eq!(file.text.lines().count(), 2, "the heading, and a sum of nothing");
    assert!(!file.text.contains("Indeed") && !file.text.contains('1'), "{}", file.text);
    // Nor can they put anybody into it.
    let inbox = app.cast.reception.to_string();
    let sheet = "電話番号\n090-1111-0002\n".as_bytes();
    send_to(TABLE, &yamada, &[("inbox_id", &inbox)], Some(sheet)).await.expect(422);
    let rows = [("inbox_id", inbox.as_str()), ("rows", "電話番号\r\n090-1111-0002\r\n")];
    send_to(TABLE, &yamada, &rows, None).await.expect(422);
    let page = yamada.get(TABLE).await.expect(200);
    assert!(!page.text.contains(&inbox));
    let auditor = app.sign_in(AUDITOR).await;
    auditor.get(&path(&one)).await.expect(404);
    assert!(names(&auditor, "/applications").await.is_empty());

    // Their own they see, and only these.
    let own = json!({"inbox_id": app.cast.recruiting.0, "name": "鈴木 次郎"});
    applied(&app, "+819011110003", own).await;
    assert_eq!(names(&yamada, "/applications").await, ["鈴木 次郎"]);
    assert_eq!(names(&app.sign_in(SATO).await, "/applications").await, ["山田 花子"]);
    assert_eq!(names(&app.sign_in(ADMIN).await, "/applications").await.len(), 2);
    assert_eq!(app.raw().count("applications", ""), 2);
}

fn cells(page: &Answer, table: usize) -> Vec<Vec<String>> {
    let selector = |text| scraper::Selector::parse(text).unwrap();
    let (keys, row, cell) = (selector("table.keys"), selector("tbody tr"), selector("th, td"));
    let html = page.html();
    let table = html.select(&keys).nth(table).unwrap();
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
    table.select(&row).map(|row| row.select(&cell).map(text).collect()).collect()
}

/// R5: the figures, reckoned by hand.
#[tokio::test]
async fn what_became_of_applications_is_told_by_source_and_by_recruiter() {
    let app = TestApp::start().await;
    let began: DateTime<Utc> = app.now();
    let told = |medium: &str, recruiter: &str, minutes_ago: i64| {
        json!({
            "medium": medium,
            "recruiter_email": recruiter,
            "applied_at": (began - TimeDelta::minutes(minutes_ago)).to_rfc3339(),
        })
    };
    let number = |n: u8| format!("+8190111100{n:02}");
    // Of Indeed: three with Sato, one of whom is a prank, and one with Suzuki.
    for (n, medium, recruiter, ago) in [
        (1, "Indeed", SATO.email, 10),
        (2, "Indeed", SATO.email, 60),
        (3, "Indeed", SUZUKI.email, 0),
        (4, "紹介", SUZUKI.email, 125),
        (5, "紹介", SUZUKI.email, 5),
    ] {
        applied(&app, &number(n), told(medium, recruiter, ago)).await;
    }
    let prank = applied(&app, &number(6), told("Indeed", SATO.email, 1)).await;
    let sato = app.sign_in(SATO).await;
    sato.put(&path(&prank), &[("step", "void")]).await.expect(303);
    // Nobody of another inbox counts here.
    let elsewhere = json!({"inbox_id": app.cast.recruiting.0, "medium": "Indeed"});
    applied(&app, &number(7), elsewhere).await;

    // At once to 1, 2 and 4, all of which arrive; to 5 a text that does not; to 3 none.
    for n in [1, 2, 4] {
        app.api().send(&number(n), "ご応募ありがとうございます").await;
    }
    app.settle().await;
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    app.api().send(&number(5), "ご応募ありがとうございます").await;
    app.settle().await;
    app.api().carrier(json!({"receipt": "delivered"})).await;
    app.advance(TimeDelta::hours(1));
    app.handset(&number(1)).sends("よろしくお願いします").await;
    app.advance(TimeDelta::days(8));
    app.handset(&number(2)).sends("遅くなりました").await;
    // 4 is offered a time and takes it, and declines afterwards.
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": number(4),
        "title": "面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(3)).to_rfc3339()}],
    });
    app.api().post("/appointment_offers", order).await.expect(201);
    app.settle().await;
    app.handset(&number(4)).sends("1").await;
    app.settle().await;
    app.handset(&number(4)).sends("辞退します").await;
    app.settle().await;

    // Who signed in a week ago has been signed out since.
    let sato = app.sign_in(SATO).await;
    let from = (began - TimeDelta::days(1)).date_naive();
    let query = format!("from={from}&to={}", app.now().date_naive());
    let page = sato.get(&format!("/reports/applications?{query}")).await.expect(200);
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    // Name, valid, confirmed and its share, reached, replied and its share, contacted, wait.
    assert_eq!(
        cells(&page, 0),
        [
            // Waits of 10 and 60 minutes; 2 wrote back after more than a week.
            row(&["Indeed", "3", "0", "0.0%", "2", "1", "50.0%", "2", "35分"]),
            // Of 125 and 5 minutes.
            row(&["紹介", "2", "1", "50.0%", "1", "0", "0.0%", "2", "1時間5分"]),
            row(&["合計", "5", "1", "20.0%", "3", "1", "33.3%", "4", "35分"]),
        ]
    );
    assert_eq!(
        cells(&page, 1)[..2],
        [
            row(&["佐藤 花", "2", "0", "0.0%", "2", "1", "50.0%", "2", "35分"]),
            row(&["鈴木 京子", "3", "1", "33.3%", "1", "0", "0.0%", "2", "1時間5分"]),
        ]
    );
    let figures = page.texts("#figures tbody tr");
    assert!(figures[1].contains("20.0%") && figures[1].contains("N=5"), "{figures:?}");
    assert!(figures[2].contains("33.3%") && figures[2].contains("N=3"), "{figures:?}");
    assert!(figures[3].contains("35分") && figures[3].contains("N=4"), "{figures:?}");
    assert!(figures.iter().all(|figure| figure.contains("応募")), "each with its definition");

    let file = sato.get(&format!("/reports/applications.csv?{query}")).await.expect(200);
    let lines: Vec<&str> =
        file.text.lines().map(|line| line.trim_start_matches('\u{feff}')).collect();
    assert_eq!(lines[1], "応募経路,Indeed,3,0,2,1,2,0.0,50.0,35");
    assert_eq!(lines.last(), Some(&"合計,,5,1,3,1,4,20.0,33.3,35"));
    assert_eq!(app.raw().count("audit_entries", "where action = 'report.export'"), 1);
    // Days of which there are none, and days that are no span.
    let none = sato.get("/reports/applications?from=2026-01-01&to=2026-01-02").await.expect(200);
    assert!(none.texts("#figures").is_empty());
    sato.get("/reports/applications?from=2026-11-20&to=2026-11-01").await.expect(422);
}
