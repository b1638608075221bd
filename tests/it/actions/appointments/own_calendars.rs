//! Interviewers' own calendars decide what is offered and booked, and theirs are told.

use std::sync::{Arc, Mutex};

use henji::jobs::read_calendars;

use super::pages::values;
use super::*;
use crate::calendars::feeds::calendars;
use crate::providers::peer::{Answer as Said, Peer, PeerRequest};
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SUZUKI, YAMADA};

const SUZUKIS: &str = "suzuki@example.jp";
/// In the middle of the second of [`TIMES`].
const AFTERNOON: (&str, &str) = ("20261125T051500Z", "20261125T060000Z");

/// A house that may call this machine.
async fn house() -> TestApp {
    TestApp::start_with(|app| app.calendars = calendars(&["127.0.0.1"])).await
}

/// A server that says what a test wants it to.
struct Elsewhere {
    peer: Peer,
    says: Arc<Mutex<Said>>,
}

impl Elsewhere {
    async fn start(said: Said) -> Self {
        let says = Arc::new(Mutex::new(said));
        let told = says.clone();
        let peer = Peer::start(move |asked| match asked.header("if-none-match") {
            Some("\"v1\"") => Said::status(304),
            _ => told.lock().unwrap().clone(),
        });
        Self { peer: peer.await, says }
    }

    fn says(&self, said: Said) {
        *self.says.lock().unwrap() = said;
    }

    fn url(&self) -> String {
        format!("{}/secret/zebra.ics", self.peer.url())
    }

    fn asked(&self) -> Vec<PeerRequest> {
        self.peer.requests()
    }
}

fn busy(spans: &[(&str, &str)]) -> Said {
    let events = spans.iter().enumerate().map(|(n, (from, to))| {
        format!("BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:{from}\r\nDTEND:{to}\r\nEND:VEVENT\r\n")
    });
    file(format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.collect::<String>()))
}

fn file(body: String) -> Said {
    Said::Http { status: 200, headers: Vec::new(), body }
}

/// Where the page of an interviewer is: made, where there is none yet.
async fn page_of(admin: &Browser, email: &str) -> String {
    let list = admin.get("/settings/interviewers").await.expect(200);
    let rows = list.texts("tbody tr");
    let Some(at) = rows.iter().position(|row| row.contains(email)) else {
        let made = admin.post("/settings/interviewers", &[("email", email)]).await.expect(303);
        return made.header("location").replace("/edit?saved", "");
    };
    let links = values_of(&list, "tbody th a", "href");
    links[at].replace("/edit", "")
}

fn values_of(page: &Answer, selector: &str, name: &str) -> Vec<String> {
    let (html, selector) = (page.html(), scraper::Selector::parse(selector).unwrap());
    let found = html.select(&selector).filter_map(|one| one.value().attr(name));
    found.map(str::to_owned).collect()
}

/// Has a calendar read, and gives the page that says how that went.
async fn connect(admin: &Browser, page: &str, url: &str) -> Answer {
    let fields = [("kind", "feed"), ("url", url)];
    admin.post(&format!("{page}/calendars"), &fields).await.expect(303);
    admin.get(&format!("{page}/edit")).await.expect(200)
}

/// Offers one time to somebody: 201, or the field that is wrong.
async fn offer(app: &TestApp, time: &str, with: &str) -> u16 {
    let order = order(app, TARO, &[time], json!({ "interviewer_email": with }));
    let answer = app.api().post("/appointment_offers", order).await;
    if answer.status == 422 {
        assert_eq!(answer.json()["detail"], "slots[0]: is taken already");
    }
    answer.status
}

#[tokio::test]
async fn a_busy_time_is_neither_offered_nor_booked_and_without_the_calendar_it_is() {
    let app = house().await;
    // More texts at once than its number may send.
    app.leaves_work();
    let elsewhere = Elsewhere::start(busy(&[AFTERNOON])).await;
    let first = offered(&app, HANAKO, json!({})).await;
    assert_eq!(offer(&app, TIMES[1], SUZUKIS).await, 201, "the control: nobody knows yet");
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let shown = connect(&admin, &page, &elsewhere.url()).await;
    assert_eq!(app.raw().count("interviewer_busy", ""), 1);
    assert!(!shown.text.contains("zebra"), "the address is a secret");

    for (time, with, status) in [
        (TIMES[1], SUZUKIS, 422),
        ("2026-11-25T14:59:00+09:00", SUZUKIS, 422),
        ("2026-11-25T15:00:00+09:00", SUZUKIS, 201),
        ("2026-11-25T13:45:00+09:00", SUZUKIS, 201),
        (TIMES[1], "tanaka@example.jp", 201),
    ] {
        assert_eq!(offer(&app, time, with).await, status, "{time} {with}");
    }
    let address = format!("/conversations/{}/offer", first["conversation_id"].as_str().unwrap());
    let week = |with: &'static str| [("go", "2026-11-23"), ("interviewers", with)];
    let grid = admin.post(&address, &week(SUZUKIS)).await.expect(200);
    let free = values(&grid, "input[name=slot]");
    assert!(!free.contains(&"2026-11-25T05:00:00+00:00".to_owned()), "{free:?}");
    assert!(free.contains(&"2026-11-25T06:00:00+00:00".to_owned()), "{free:?}");
    let grid = admin.post(&address, &week("tanaka@example.jp")).await.expect(200);
    assert!(values(&grid, "input[name=slot]").contains(&"2026-11-25T05:00:00+00:00".to_owned()));

    // Offered while nobody knew; the candidate is offered what is free, by itself.
    app.handset(HANAKO).sends("2").await;
    assert_eq!(states(&super::shown(&app, &first).await)[1], "full");
    assert_eq!(app.raw().count("appointments", ""), 0);
    let told = last_text(&app, HANAKO).await;
    assert!(told.contains("枠が埋まりました") && !told.contains("11/25(水)14:00"), "{told}");
    app.advance(TimeDelta::seconds(15));
    app.handset(HANAKO).sends("1").await;
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 1);

    let one = values_of(&shown, "ul.held form", "action").pop().unwrap();
    admin.delete(&one).await.expect(303);
    assert_eq!(app.raw().count("interviewer_busy", ""), 0);
    assert_eq!(offer(&app, TIMES[1], SUZUKIS).await, 201, "the same without the calendar");
    app.settle().await;
}

#[tokio::test]
async fn whoever_becomes_busy_when_somebody_is_booked_is_for_a_person_to_arrange() {
    let app = house().await;
    let elsewhere = Elsewhere::start(busy(&[AFTERNOON])).await;
    offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    let admin = app.sign_in(ADMIN).await;
    let rows = async |query: &str| {
        admin.get(&format!("/appointments{query}")).await.expect(200).texts("ul.held li")
    };
    let week = "/days?from=2026-11-23";
    assert_eq!(rows("?view=booked").await.len(), 1);
    assert!(!rows(week).await[0].contains("面接官の予定が入りました"));

    let page = page_of(&admin, SUZUKIS).await;
    let shown = connect(&admin, &page, &elsewhere.url()).await;
    assert!(rows("?view=booked").await.is_empty());
    for query in ["?view=person", week] {
        assert!(rows(query).await[0].contains("面接官の予定が入りました"), "{query}");
    }
    // Nobody is put off by itself, and it is over with the cause of it.
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 1);
    let one = values_of(&shown, "ul.held form", "action").pop().unwrap();
    admin.delete(&one).await.expect(303);
    assert_eq!(rows("?view=booked").await.len(), 1);
    assert!(rows("?view=person").await.is_empty());
    app.settle().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_and_keeps_what_was_read() {
    let app = house().await;
    let Said::Http { status, body, .. } = busy(&[AFTERNOON]) else { unreachable!() };
    let versioned = Said::Http { status, headers: vec![("etag", "\"v1\"".into())], body };
    let elsewhere = Elsewhere::start(Said::status(404)).await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let trouble = |page: &Answer| page.texts("ul.held .wrong").join(" ");
    let shown = connect(&admin, &page, &elsewhere.url()).await;
    assert!(trouble(&shown).contains("アドレスの先にカレンダーがありません"), "{}", shown.text);
    assert!(shown.text.contains("まだ一度も読めていない"));
    let list = admin.get("/settings/interviewers").await.expect(200);
    assert_eq!(list.texts("tbody .wrong"), ["読めません"]);

    // Read at once by whoever mended it, but not at every press.
    elsewhere.says(versioned);
    let read = values_of(&shown, "ul.held form", "action").remove(0);
    assert!(read.ends_with("/reading"), "{read}");
    admin.post(&read, &[]).await.expect(303);
    assert_eq!(elsewhere.asked().len(), 1, "a moment ago");
    app.advance(TimeDelta::seconds(30));
    admin.post(&read, &[]).await.expect(303);
    let shown = admin.get(&format!("{page}/edit")).await.expect(200);
    assert_eq!(trouble(&shown), "");
    assert_eq!(app.raw().count("interviewer_busy", ""), 1);

    // Not before its time; and then only what changed is sent.
    assert_eq!(read_calendars::run_one(&app).await.unwrap(), 0);
    app.advance(TimeDelta::minutes(10));
    assert_eq!(read_calendars::run_one(&app).await.unwrap(), 1);
    assert_eq!(elsewhere.asked()[2].header("if-none-match"), Some("\"v1\""));
    assert_eq!(app.raw().count("interviewer_busy", ""), 1);
    // The window has moved on by a day: all of it, whatever the server says of versions.
    app.advance(TimeDelta::days(1));
    elsewhere.says(Said::status(503));
    assert_eq!(read_calendars::run_one(&app).await.unwrap(), 1);
    assert_eq!(elsewhere.asked()[3].header("if-none-match"), None);
    assert_eq!(app.raw().count("interviewer_busy", ""), 1, "better than a time that seems free");
    let admin = app.sign_in(ADMIN).await;
    let shown = admin.get(&format!("{page}/edit")).await.expect(200);
    assert!(trouble(&shown).contains("混み合って"), "{}", shown.text);
    assert!(shown.text.contains("そのときの予定は、いまも避けています"));

    let conversation = app.handset(HANAKO).sends("応募しました").await;
    let offering = format!("/conversations/{conversation}/offer");
    for (with, alerts) in [(SUZUKIS, 1), ("tanaka@example.jp", 0)] {
        let week = admin.post(&offering, &[("go", "2026-11-23"), ("interviewers", with)]).await;
        assert_eq!(week.expect(200).texts("form .alert").len(), alerts, "{with}");
    }

    // Less and less often: 10 minutes, then 20.
    let mut tries = Vec::new();
    for minute in 1..=30 {
        app.advance(TimeDelta::minutes(1));
        if read_calendars::run_one(&app).await.unwrap() > 0 {
            tries.push(minute);
        }
    }
    assert_eq!(tries, [10, 30]);
    elsewhere.says(busy(&[]));
    app.advance(TimeDelta::minutes(40));
    assert_eq!(read_calendars::run_one(&app).await.unwrap(), 1);
    assert_eq!(app.raw().count("interviewer_busy", ""), 0);
    assert_eq!(app.raw().count("interviewer_calendars", "where error is null and failures = 0"), 1);
}

#[tokio::test]
async fn a_server_that_asks_for_a_password_gets_it() {
    let app = house().await;
    let event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261125T050000Z\n\
                 DTEND:20261125T060000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let answer = format!(
        "<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:response>\
         <d:propstat><d:prop><c:calendar-data>{event}</c:calendar-data></d:prop></d:propstat>\
         </d:response></d:multistatus>"
    );
    let says = Said::Http { status: 207, headers: Vec::new(), body: answer };
    let elsewhere = Elsewhere::start(says).await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let url = elsewhere.url();
    let fields = [("kind", "caldav"), ("url", &*url), ("user", "sato"), ("password", "p@ss")];
    admin.post(&format!("{page}/calendars"), &fields).await.expect(303);
    let asked = elsewhere.asked().remove(0);
    assert_eq!(asked.method, "REPORT");
    assert_eq!(asked.header("authorization"), Some("Basic c2F0bzpwQHNz"));
    // As far as times may be offered.
    let body = String::from_utf8(asked.body).unwrap();
    assert!(body.contains("end=\"2027112"), "{body}");
    assert_eq!(offer(&app, TIMES[1], SUZUKIS).await, 422);
    assert_eq!(offer(&app, TIMES[0], SUZUKIS).await, 201);
    app.settle().await;
}

#[tokio::test]
async fn two_who_look_at_once_ask_once() {
    let app = house().await;
    let elsewhere = Elsewhere::start(busy(&[AFTERNOON])).await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    connect(&admin, &page, &elsewhere.url()).await;
    app.advance(TimeDelta::minutes(10));
    let looks = join_all((0..4).map(|_| read_calendars::run_one(&app))).await;
    let read: usize = looks.into_iter().map(Result::unwrap).sum();
    assert_eq!((read, elsewhere.asked().len()), (1, 2));
}

#[tokio::test]
async fn each_keeps_their_own_and_administrators_everybodys() {
    let app = house().await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let suzuki = app.sign_in(SUZUKI).await;
    assert_eq!(suzuki.get("/settings/interviewers").await.texts("tbody tr").len(), 1);
    let dav = [
        ("kind", "caldav"),
        ("url", "https://calendar.example.invalid/suzuki/"),
        ("user", "suzuki"),
        ("password", "zebra-password"),
    ];
    for (without, field) in [("url", "url"), ("user", "user"), ("password", "password")] {
        let fields: Vec<_> = dav.iter().copied().filter(|(name, _)| *name != without).collect();
        let refused = suzuki.post(&format!("{page}/calendars"), &fields).await.expect(422);
        assert!(!refused.texts(&format!("#{field}-hint.wrong")).is_empty(), "{field}");
    }
    let inside = [("kind", "feed"), ("url", "https://10.0.0.1/a.ics")];
    let refused = suzuki.post(&format!("{page}/calendars"), &inside).await.expect(422);
    assert!(refused.texts("#url-hint.wrong")[0].contains("HENJI_CALENDAR_NETWORKS"));

    let yamada = app.sign_in(YAMADA).await;
    assert!(yamada.get("/settings/interviewers").await.expect(200).texts("tbody tr").is_empty());
    yamada.get(&format!("{page}/edit")).await.expect(404);
    yamada.post(&format!("{page}/calendars"), &inside).await.expect(404);
    yamada.post(&format!("{page}/feed"), &[]).await.expect(404);
    yamada.delete(&format!("{page}/feed")).await.expect(404);
    // Nobody becomes somebody else.
    let own = [("email", "tanaka@example.jp")];
    yamada.post("/settings/interviewers", &own).await.expect(303);
    let list = yamada.get("/settings/interviewers").await.expect(200);
    assert!(list.texts("tbody tr")[0].contains(YAMADA.email));
    assert_eq!(app.raw().count("interviewers", ""), 2);
    let twice = admin.post("/settings/interviewers", &[("email", SUZUKIS)]).await.expect(422);
    assert!(!twice.texts("#email-hint.wrong").is_empty());
}

#[tokio::test]
async fn an_interviewer_is_called_otherwise_and_deleted_while_nobody_was_to_meet_them() {
    let app = house().await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let yamada = app.sign_in(YAMADA).await;
    yamada.put(&page, &[("name", "だれか")]).await.expect(404);
    yamada.delete(&page).await.expect(404);
    admin.put(&page, &[("name", "人事 鈴木")]).await.expect(303);
    assert!(admin.get("/settings/interviewers").await.texts("tbody tr")[0].contains("人事 鈴木"));
    let long = "鈴".repeat(41);
    let refused = admin.put(&page, &[("name", &long)]).await.expect(422);
    assert!(!refused.texts("#name-hint.wrong").is_empty());
    assert_eq!(refused.attribute("#name", "value"), Some(long), "nothing typed is lost");

    // Whoever was offered a time with them has a record of it.
    offered(&app, HANAKO, json!({})).await;
    let refused = admin.delete(&page).await.expect(422);
    assert!(!refused.texts("[role=alert]").is_empty());
    let shown = admin.get(&format!("{page}/edit")).await.expect(200);
    let deletion = format!("form[action='{page}'] input[value=DELETE]");
    assert_eq!(shown.attribute(&deletion, "name"), None);

    let typo = page_of(&admin, "suzuku@example.jp").await;
    let url = [("kind", "feed"), ("url", "https://calendar.example.invalid/a.ics")];
    admin.post(&format!("{typo}/calendars"), &url).await.expect(303);
    admin.post(&format!("{typo}/feed"), &[]).await.expect(200);
    admin.delete(&typo).await.expect(303);
    admin.get(&format!("{typo}/edit")).await.expect(404);
    for table in ["interviewer_calendars", "interviewer_feeds"] {
        assert_eq!(app.raw().count(table, ""), 0, "{table}");
    }
    assert_eq!(app.raw().count("interviewers", ""), 1);
}

#[tokio::test]
async fn what_lets_us_in_lies_open_nowhere() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let secrets = ["zebra-password", "zebra-user", "zebra-path"];
    let fields = [
        ("kind", "caldav"),
        // Nobody is called there.
        ("url", "https://calendar.example.invalid/zebra-path/"),
        ("user", "zebra-user"),
        ("password", "zebra-password"),
    ];
    admin.post(&format!("{page}/calendars"), &fields).await.expect(303);
    let shown = admin.get(&format!("{page}/edit")).await.expect(200);
    assert!(shown.text.contains("https://calendar.example.invalid"));
    let feed = admin.post(&format!("{page}/feed"), &[]).await.expect(200);
    let feed = feed.texts("code.secret").remove(0);
    let token = feed.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
    for secret in secrets.into_iter().chain([token.as_str()]) {
        assert!(!shown.text.contains(secret), "{secret}");
        let hex: String = secret.bytes().map(|octet| format!("{octet:02X}")).collect();
        let is_in = |table: &str, column: &str| {
            let octets = match app.raw().is_postgres() {
                true => format!("upper(encode({column}, 'hex'))"),
                false => format!("hex({column})"),
            };
            app.raw().count(table, &format!("where {octets} like '%{hex}%'")) > 0
        };
        for column in ["url_sealed", "user_sealed", "password_sealed"] {
            assert!(!is_in("interviewer_calendars", column), "{secret} lies open");
        }
        assert!(!is_in("interviewer_feeds", "token_hash"));
    }
}

async fn subscribed(app: &TestApp, address: &str, version: Option<&str>) -> Answer {
    let path = address.strip_prefix(crate::support::test_app::PUBLIC_URL).unwrap();
    let mut request = app.http.get(format!("{}{path}", app.url));
    if let Some(version) = version {
        request = request.header("if-none-match", version);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn a_secret_address_tells_a_calendar_what_the_letters_tell() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({})).await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let made = admin.post(&format!("{page}/feed"), &[]).await.expect(200);
    let address = made.texts("code.secret").remove(0);
    let again = admin.get(&format!("{page}/edit")).await.expect(200);
    assert!(again.texts("code.secret").is_empty(), "shown once");
    let empty = subscribed(&app, &address, None).await.expect(200);
    assert_eq!(empty.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(empty.header("cache-control"), "private, no-cache");
    assert!(empty.text.starts_with("BEGIN:VCALENDAR") && !empty.text.contains("VEVENT"));

    let conversation = app.handset(HANAKO).sends("2").await;
    let name = [("name", "応募 花子")];
    admin.put(&format!("/conversations/{conversation}/contact"), &name).await.expect(303);
    let letters = super::letters::mails(&app).await;
    let (_, _, letter) = letters.iter().find(|(to, ..)| to == SUZUKIS).expect("an invitation");
    let told = subscribed(&app, &address, Some(empty.header("etag"))).await.expect(200);
    assert_ne!(told.header("etag"), empty.header("etag"));
    for property in ["UID:", "SUMMARY:", "LOCATION:", "DTSTART;", "DTEND;", "DESCRIPTION:"] {
        let of = |text: &str| -> Vec<String> {
            let unfolded = text.replace("\r\n ", "").replace("\n ", "");
            let from = unfolded.find("BEGIN:VEVENT").unwrap();
            let lines = unfolded[from..].lines().filter(|line| line.starts_with(property));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(of(&told.text), of(letter), "{property}");
        assert_eq!(of(&told.text).len(), 1, "{property}");
    }
    for hidden in ["9012345678", "12345678", "ATTENDEE", "tanaka"] {
        assert!(!told.text.contains(hidden), "{hidden}");
    }
    let same = subscribed(&app, &address, Some(told.header("etag"))).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));

    // What is off is gone.
    app.handset(HANAKO).sends("辞退します").await;
    assert!(!subscribed(&app, &address, None).await.expect(200).text.contains("VEVENT"));
    // A new address takes the place of the old one, and none is one that nobody made.
    let renewed = admin.post(&format!("{page}/feed"), &[]).await.expect(200);
    let renewed = renewed.texts("code.secret").remove(0);
    subscribed(&app, &address, None).await.expect(404);
    subscribed(&app, &renewed, None).await.expect(200);
    let disablement = format!("/settings/users/{}/disablement", app.cast.id(SUZUKI));
    admin.post(&disablement, &[]).await.expect(303);
    subscribed(&app, &renewed, None).await.expect(404);
    admin.delete(&disablement).await.expect(303);
    subscribed(&app, &renewed, None).await.expect(200);
    admin.delete(&format!("{page}/feed")).await.expect(303);
    subscribed(&app, &renewed, None).await.expect(404);
    // Who guesses is slowed down.
    let mut statuses = Vec::new();
    for _ in 0..70 {
        statuses.push(subscribed(&app, &renewed, None).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    app.settle().await;
}

/// What henji put there itself keeps nobody from another candidate of the same group.
#[tokio::test]
async fn our_own_interviews_stand_in_nobodys_way() {
    let app = house().await;
    offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    let admin = app.sign_in(ADMIN).await;
    let page = page_of(&admin, SUZUKIS).await;
    let made = admin.post(&format!("{page}/feed"), &[]).await.expect(200);
    let feed = subscribed(&app, &made.texts("code.secret")[0], None).await.expect(200).text;
    let elsewhere = Elsewhere::start(file(feed.clone())).await;
    connect(&admin, &page, &elsewhere.url()).await;
    assert_eq!(app.raw().count("interviewer_calendars", "where fetched_at is not null"), 1);
    assert_eq!(app.raw().count("interviewer_busy", ""), 0);
    // The control: the same of another house.
    elsewhere.says(file(feed.replace("@henji", "@elsewhere")));
    app.advance(TimeDelta::minutes(10));
    assert_eq!(read_calendars::run_one(&app).await.unwrap(), 1);
    assert_eq!(app.raw().count("interviewer_busy", ""), 1);
    app.settle().await;
}
