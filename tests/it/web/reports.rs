//! What became of calls: counted by the database, and held against a slow count of
//! everything that was done to make them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use henji::actions::phone_call::{self, Ring, Step};
use henji::domain::handoff::Trunk;
use henji::domain::handoff::report::{Figures, Span};
use henji::domain::id::{HandoffFlowId, MessageId};
use henji::jobs::housekeeping;
use henji::store::{handoff_flows, handoff_reports};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::api::id;
use crate::support::cast::{ADMIN, AUDITOR, SATO, VIEWER, YAMADA};

const SHOP: &str = "https://www.example.jp/returns";
const TELEPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                         (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
/// Name, inbox as it is counted in `Story::inboxes`, and days of its return window.
const MENUS: [(&str, usize, i64); 3] = [("main", 0, 7), ("night", 0, 1), ("jobs", 1, 2)];
/// The last cannot be sent a text.
const CALLERS: [&str; 5] =
    ["+819012345671", "+819012345672", "+818012345673", "+817012345674", "+81312345678"];

/// A key that was pressed, as whoever pressed it knows it.
struct Press {
    menu: usize,
    digit: &'static str,
    caller: &'static str,
    call: String,
    turn: usize,
    at: DateTime<Utc>,
    /// The text, where there is one of its own.
    text: Option<MessageId>,
}

/// Words that went to or from a caller in an inbox.
struct Word {
    inbox: usize,
    caller: &'static str,
    at: DateTime<Utc>,
    /// Of ours; else the caller's.
    ours: Option<MessageId>,
}

/// Everything that happened.
struct Story {
    app: TestApp,
    presses: Vec<Press>,
    words: Vec<Word>,
    /// The same numbers each time.
    lot: u64,
}

impl Story {
    async fn begin() -> Self {
        let app = TestApp::start().await;
        let inboxes = [app.cast.reception, app.cast.recruiting];
        for (name, inbox, days) in MENUS {
            let menu = json!({"inbox_id": inboxes[inbox].0, "return_days": days, "options": [
                {"digit": "1", "topic": "=返品", "body": "こちら {url}", "url": SHOP},
                {"digit": "2", "topic": "配送", "body": "配送のご案内です"},
            ]});
            app.api().put(&format!("/handoff_flows/{name}"), menu).await.expect(200);
        }
        Self { app, presses: Vec::new(), words: Vec::new(), lot: 7 }
    }

    fn draw(&mut self, below: usize) -> usize {
        self.lot = self.lot.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.lot >> 33) as usize % below
    }

    async fn goes_on(&mut self) {
        let minutes = 3 + self.draw(75) as i64;
        self.app.advance(TimeDelta::minutes(minutes));
        match self.draw(10) {
            0..=4 => self.press().await,
            5 => self.carrier().await,
            6 | 7 => self.caller_writes().await,
            8 => self.agent_writes().await,
            _ => self.caller_opens().await,
        }
        self.app.settle().await;
    }

    async fn press(&mut self) {
        let (menu, caller) = (self.draw(MENUS.len()), CALLERS[self.draw(CALLERS.len())]);
        let digit = ["1", "2"][self.draw(2)];
        // Now and then somebody presses another key, or gives another number, in the same call.
        let call = match self.presses.last() {
            Some(last) if self.lot.is_multiple_of(5) => last.call.clone(),
            _ => format!("call-{}", self.presses.len()),
        };
        let turn = self.presses.iter().filter(|one| one.call == call && one.digit == digit).count();
        let typed = turn > 0;
        let at = self.app.now();
        let body = json!({"call_id": call, "caller": caller, "flow": MENUS[menu].0,
            "digit": digit, "caller_entered": typed});
        let answer = self.app.api().post("/handoffs", body).await.expect(200).json();
        // A question that was asked before is no new press.
        let known = self.app.raw().count("handoffs", "") as usize;
        if known == self.presses.len() {
            return;
        }
        let is_own = answer["result"] == "accepted";
        let text = is_own.then(|| MessageId(id(&answer["message_id"])));
        self.presses.push(Press { menu, digit, caller, call, turn, at, text });
    }

    async fn carrier(&mut self) {
        let receipt = ["delivered", "undelivered", "none"][self.draw(3)];
        self.app.api().carrier(json!({"receipt": receipt})).await;
    }

    /// Somebody who was sent a text for their call.
    fn somebody(&mut self) -> Option<(usize, &'static str, MessageId)> {
        let sent: Vec<_> = self.presses.iter().filter(|press| press.text.is_some()).collect();
        let count = sent.len();
        let lot = if count == 0 { return None } else { self.draw(count) };
        let press = self.presses.iter().filter(|press| press.text.is_some()).nth(lot)?;
        Some((MENUS[press.menu].1, press.caller, press.text?))
    }

    async fn caller_writes(&mut self) {
        let Some((inbox, caller, _)) = self.somebody() else { return };
        let to = [crate::support::cast::RECEPTION_NUMBER, crate::support::cast::RECRUITING_NUMBER];
        let at = self.app.now();
        self.app.handset(caller).sends_to(to[inbox], "教えてください", None).await;
        self.words.push(Word { inbox, caller, at, ours: None });
    }

    async fn agent_writes(&mut self) {
        let Some((inbox, caller, text)) = self.somebody() else { return };
        let told = self.app.api().message(text).await;
        let thread = told["conversation_id"].as_str().unwrap().parse().unwrap();
        let who = self.app.sign_in([SATO, YAMADA][inbox]).await;
        let at = self.app.now();
        let ours = Some(who.reply(thread, "担当よりご案内します").await);
        self.words.push(Word { inbox, caller, at, ours });
        // The moments in which it could be taken back.
        self.app.advance(TimeDelta::minutes(1));
    }

    async fn caller_opens(&mut self) {
        // Links last for a day.
        let Some(text) = self.presses.iter().rev().find_map(|press| press.text) else { return };
        let body = self.app.api().message(text).await["body"].as_str().unwrap().to_owned();
        let Some(at) = body.find("/l/") else { return };
        let url = format!("{}{}", self.app.url, body[at..].trim());
        self.app.http.post(url).header("user-agent", TELEPHONE).send().await.unwrap();
    }

    /// What the report must say, a press at a time.
    async fn slowly(&self, span: Span, zone: Tz) -> BTreeMap<(usize, String, u8), Figures> {
        let mut all: BTreeMap<_, Figures> = BTreeMap::new();
        for press in &self.presses {
            let local = zone.from_utc_datetime(&press.at.naive_utc());
            if local.date_naive() < span.from || local.date_naive() > span.to {
                continue;
            }
            let key = (press.menu, press.digit.to_owned(), local.hour() as u8);
            *all.entry(key).or_default() += self.of(press).await;
        }
        all
    }

    async fn of(&self, press: &Press) -> Figures {
        let mut figures = Figures { calls: i64::from(press.turn == 0), ..Figures::default() };
        let Some(text) = press.text else { return figures };
        let told = self.app.api().message(text).await;
        figures.sent = i64::from(told["sent_at"].is_string());
        figures.delivered = i64::from(told["state"] == "delivered");
        let links = told["links"].as_array().cloned().unwrap_or_default();
        figures.opened = i64::from(links.iter().any(|link| link["opened_at"].is_string()));
        let (_, inbox, days) = MENUS[press.menu];
        let same = |other: &&Press| {
            other.caller == press.caller && other.at > press.at && other.call != press.call
        };
        let next = self.presses.iter().filter(|other| {
            other.text.is_some()
                && other.at > press.at
                && other.caller == press.caller
                && MENUS[other.menu].1 == inbox
        });
        let until = next.map(|other| other.at).min().unwrap_or(DateTime::<Utc>::MAX_UTC);
        let until = until.min(press.at + TimeDelta::days(days));
        for word in &self.words {
            let is_theirs = word.inbox == inbox && word.caller == press.caller;
            if is_theirs && word.at > press.at && word.at < until {
                match word.ours {
                    None => figures.replied = 1,
                    Some(ours) => {
                        let told: Value = self.app.api().message(ours).await;
                        if told["sent_at"].is_string() {
                            figures.helped = 1;
                        }
                    }
                }
            }
        }
        let mut again = self.presses.iter().filter(same);
        let day = press.at + TimeDelta::hours(24);
        figures.again = i64::from(again.any(|other| other.menu == press.menu && other.at < day));
        figures.settled = i64::from(day <= self.app.now());
        figures.settled_again = figures.settled * figures.again;
        figures
    }

    async fn quickly(&self, span: Span, zone: Tz) -> BTreeMap<(usize, String, u8), Figures> {
        let mut all: BTreeMap<_, Figures> = BTreeMap::new();
        let mut flows = Vec::new();
        for (name, ..) in MENUS {
            flows.push(flow(&self.app, name).await);
        }
        let now = self.app.now();
        for stretch in span.stretches(zone) {
            let asked = flows.clone();
            let counted =
                self.app.store.read(move |db| handoff_reports::count(db, &asked, &stretch, now));
            for cell in counted.await.unwrap() {
                let menu = flows.iter().position(|flow| *flow == cell.flow).unwrap();
                *all.entry((menu, cell.digit, cell.hour)).or_default() += cell.figures;
            }
        }
        all
    }
}

async fn flow(app: &TestApp, name: &str) -> HandoffFlowId {
    let name = name.to_owned();
    let found = app.store.read(move |db| handoff_flows::find_by_name(db, &name)).await;
    found.unwrap().unwrap().id
}

#[tokio::test]
async fn figures_are_what_a_slow_count_of_everything_gives() {
    let mut story = Story::begin().await;
    for _ in 0..160 {
        story.goes_on().await;
    }
    story.app.leaves_work();
    let today = story.app.now().with_timezone(&Tz::Asia__Tokyo).date_naive();
    let week = Span { from: today - TimeDelta::days(8), to: today };
    let days = Span { from: today - TimeDelta::days(3), to: today - TimeDelta::days(2) };
    for (span, zone) in
        [(week, Tz::Asia__Tokyo), (days, Tz::Asia__Tokyo), (days, Tz::Asia__Kathmandu)]
    {
        let slow = story.slowly(span, zone).await;
        assert_eq!(story.quickly(span, zone).await, slow, "{span:?} {zone}");
    }
    // None of it is nothing.
    let all: Figures = story.slowly(week, Tz::Asia__Tokyo).await.into_values().sum();
    let Figures { calls, sent, delivered, opened, replied, helped, again, .. } = all;
    let counts = [calls, sent, delivered, opened, replied, helped, again];
    assert!(counts.iter().all(|count| *count > 1), "{all:?}");
    assert!(all.settled > 10 && all.settled_again > 0 && all.settled_again < all.settled);
    assert!(calls > sent && sent > delivered && delivered > 0, "{all:?}");
}

#[tokio::test]
async fn who_sees_an_inbox_sees_what_became_of_its_calls() {
    let app = Story::begin().await.app;
    app.leaves_work();
    for (n, menu) in ["main", "main", "jobs"].iter().enumerate() {
        let body =
            json!({"call_id": n.to_string(), "caller": CALLERS[n], "flow": menu, "digit": "1"});
        app.api().post("/handoffs", body).await.expect(200);
    }
    app.settle().await;
    let (main, jobs) = (flow(&app, "main").await, flow(&app, "jobs").await);

    for (who, names, calls) in
        [(SATO, "main night", "2"), (VIEWER, "main night", "2"), (YAMADA, "jobs", "1")]
    {
        let page = app.sign_in(who).await.get("/reports/handoffs").await.expect(200);
        let offered = page.texts("#flow option:not([value=''])").join(" ");
        assert_eq!(offered, names, "{}", who.name);
        assert_eq!(page.texts("#figures td.num").first().map(String::as_str), Some(calls));
        assert_eq!(page.texts(".rail a[href='/reports/handoffs']").len(), 1);
        // Each with its definition.
        assert_eq!(page.texts("#figures tr td.hint").len(), 9);
    }
    let auditor = app.sign_in(AUDITOR).await.get("/reports/handoffs").await.expect(200);
    assert!(auditor.texts("#flow option:not([value=''])").is_empty());
    assert!(auditor.texts(".rail a[href='/reports/handoffs']").is_empty());
    let sato = app.sign_in(SATO).await;
    for path in ["/reports/handoffs", "/reports/handoffs.csv"] {
        sato.get(&format!("{path}?flow={main}")).await.expect(200);
        sato.get(&format!("{path}?flow={jobs}")).await.expect(404);
    }

    // A spreadsheet computes none of it, and whoever adds a column up gets the sum.
    let file = sato.get("/reports/handoffs.csv").await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"handoffs-2026-11-16-2026-11-22.csv\""
    );
    let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[0].starts_with("電話メニュー,番号,用件,時間帯,着信,SMS送信,"), "{}", lines[0]);
    assert!(lines[1].starts_with("main,1,'=返品,7,2,2,"), "{}", lines[1]);
    let old = sato.get("/reports/handoffs.csv?encoding=shift_jis").await.expect(200);
    assert_eq!(old.header("content-type"), "text/csv; charset=shift_jis");
}

#[tokio::test]
async fn a_span_that_cannot_be_is_said_so_beside_the_field() {
    let app = Story::begin().await.app;
    let sato = app.sign_in(SATO).await;
    for (query, words) in [
        ("from=2026-11-20&to=2026-11-19", "始まりの日より前"),
        ("from=2026-05-01&to=2026-11-19", "92日分"),
        ("from=2024-05-01&to=2024-05-02", "残っていません"),
    ] {
        let page = sato.get(&format!("/reports/handoffs?{query}")).await.expect(422);
        assert!(page.texts("#wrong").concat().contains(words), "{query}");
        assert_eq!(page.attribute("#from", "value").unwrap(), query[5..15], "as it was written");
        let file = sato.get(&format!("/reports/handoffs.csv?{query}")).await.expect(422);
        assert!(file.texts("#wrong").concat().contains(words), "{query}");
    }
    sato.get("/reports/handoffs?from=yesterday").await.expect(400);
    let none = sato.get("/reports/handoffs?from=2026-11-01&to=2026-11-02").await.expect(200);
    assert!(none.text.contains("この期間の着信はありません"));
    let far = sato.get("/reports/handoffs?from=2026-11-20&to=%2B262142-12-31").await.expect(200);
    assert!(far.texts("#wrong").is_empty());
}

/// What led to a text stays with it: the thread shows the call above.
#[tokio::test]
async fn calls_without_a_text_are_forgotten_and_the_others_are_not() {
    let app = Story::begin().await.app;
    app.leaves_work();
    let mut press = 0;
    let mut ring = async |caller: &str| {
        press += 1;
        let body =
            json!({"call_id": press.to_string(), "caller": caller, "flow": "main", "digit": "2"});
        app.api().post("/handoffs", body).await.expect(200).json()["result"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(ring(CALLERS[0]).await, "accepted");
    app.settle().await;
    assert_eq!(ring(CALLERS[0]).await, "suppressed");
    assert_eq!(ring("anonymous").await, "cannot_sms");
    assert_eq!(ring(CALLERS[4]).await, "cannot_sms");
    app.advance(TimeDelta::days(100));
    assert_eq!(ring("anonymous").await, "cannot_sms");
    app.advance(TimeDelta::days(300) - TimeDelta::minutes(1));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("handoffs", ""), 5, "not a minute too early");
    app.advance(TimeDelta::minutes(2));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("handoffs", "where result = 'accepted'"), 1);
    assert_eq!(app.raw().count("handoffs", "where result = 'cannot_sms'"), 1, "the later");
    assert_eq!(app.raw().count("handoffs", ""), 2);
}

/// However many there are, no write waits for all of them.
#[tokio::test]
async fn old_calls_are_forgotten_in_pieces() {
    let app = Story::begin().await.app;
    app.leaves_work();
    for n in 0..5 {
        let body =
            json!({"call_id": n.to_string(), "caller": "anonymous", "flow": "main", "digit": "1"});
        app.api().post("/handoffs", body).await.expect(200);
    }
    let end = app.now() + TimeDelta::days(1);
    let mut left = Vec::new();
    for _ in 0..4 {
        let more = app.store.write(move |tx| handoff_reports::forget_before(tx, end, 2)).await;
        left.push((more.unwrap(), app.raw().count("handoffs", "")));
    }
    assert_eq!(left, [(true, 3), (true, 1), (false, 0), (false, 0)]);
}

#[tokio::test]
async fn what_a_menu_did_stays_counted_after_it_is_removed() {
    let app = TestApp::start().await;
    let menu = json!({"inbox_id": app.cast.reception.0, "options": [
        {"digit": "1", "topic": "返品", "body": "返品のご案内です"},
    ]});
    app.api().put("/handoff_flows/main", menu.clone()).await.expect(200);
    let press = json!({"call_id": "1", "caller": CALLERS[0], "flow": "main", "digit": "1"});
    app.api().post("/handoffs", press).await.expect(200);
    app.settle().await;
    let admin = app.sign_in(ADMIN).await;
    let flow = app.store.read(handoff_flows::all).await.unwrap().remove(0).id;
    let gone = [("_method", "DELETE"), ("agreed", "1")];
    admin.post(&format!("/handoff_flows/{flow}"), &gone).await.expect(303);
    app.api().put("/handoff_flows/main", menu).await.expect(200);
    let sato = app.sign_in(SATO).await;
    let both = sato.get("/reports/handoffs.csv").await.expect(200);
    assert_eq!(
        both.text.lines().filter(|line| line.starts_with("main,")).count(),
        1,
        "{}",
        both.text
    );
    sato.get(&format!("/reports/handoffs?flow={flow}")).await.expect(200);
    app.sign_in(YAMADA).await.get(&format!("/reports/handoffs?flow={flow}")).await.expect(404);
}

#[tokio::test]
async fn a_call_without_a_key_is_counted_once_it_is_over() {
    let app = TestApp::start().await;
    app.leaves_work();
    let menu = json!({"inbox_id": app.cast.reception.0, "options": [
        {"digit": "1", "topic": "返品", "body": "返品のご案内です"},
    ]});
    app.api().put("/handoff_flows/main", menu).await.expect(200);
    let flow = app.store.read(handoff_flows::all).await.unwrap().remove(0).id;
    let rings = async |call: &str, step: Step| {
        let (trunk, call) = (Trunk::Account(app.cast.account.id), call.to_owned());
        let ring = Ring { trunk, call, caller: CALLERS[0].to_owned(), flow };
        phone_call::run(&app, ring, step).await.unwrap();
    };
    for call in ["s1", "s2", "s2", "s3"] {
        rings(call, Step::Start).await;
    }
    rings("s3", Step::Keys { keys: "1".to_owned(), attempt: 1 }).await;
    let sato = app.sign_in(SATO).await;
    let silent = async |path: &str| {
        let page = sato.get(path).await.expect(200);
        let at =
            page.texts("#figures tbody th").iter().position(|name| name.contains("押さなかった"));
        page.texts("#figures tbody td:nth-child(2)")[at.expect("its line")].clone()
    };
    let report = "/reports/handoffs";
    assert_eq!(silent(report).await, "0", "they may still press one");
    app.advance(TimeDelta::minutes(11));
    assert_eq!(silent(report).await, "2");
    let file = sato.get("/reports/handoffs.csv").await.expect(200).text;
    let line = file.lines().find(|line| line.starts_with("main,,")).expect("a line of its own");
    assert!(line.trim_end().ends_with(",0,0,2"), "{line}");
    // Nothing of the caller stands there, and after the time that calls are kept nothing at all.
    app.advance(TimeDelta::days(401));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("menu_calls", ""), 0);
}

#[tokio::test]
async fn a_file_that_leaves_is_on_record_and_too_long_a_one_says_why() {
    let app = TestApp::start().await;
    let menu = json!({"inbox_id": app.cast.reception.0, "options": [
        {"digit": "1", "topic": "返品", "body": "返品のご案内です"},
    ]});
    app.api().put("/handoff_flows/main", menu).await.expect(200);
    let sato = app.sign_in(SATO).await;
    let exported = "where action = 'report.export'";
    let long = sato.get("/reports/handoffs.csv?from=2026-01-01&to=2026-11-22").await.expect(422);
    assert!(long.texts("#wrong").join("").contains("92"), "{}", long.text);
    assert_eq!(app.raw().count("audit_entries", exported), 0);
    sato.get("/reports/handoffs.csv?from=2026-11-20&to=2026-11-22").await.expect(200);
    assert_eq!(app.raw().count("audit_entries", exported), 1);
    let admin = app.sign_in(ADMIN).await;
    let log = admin.get("/settings/audit?action=report").await.expect(200);
    assert!(log.texts("tbody .did").join("").contains("レポートの書き出し"));
}
