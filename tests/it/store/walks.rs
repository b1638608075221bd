//! What happens all day long looks up what it needs along an index. A statement that
//! walks through a table which only ever grows is fast in every test and slow after a
//! year; SQLite says which does.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO};
use crate::support::test_db::is_postgres;

/// Tables that grow with every customer, text or working day.
const GROWING: [&str; 17] = [
    "audit_entries",
    "cases",
    "consents",
    "contact_addresses",
    "contacts",
    "conversation_tags",
    "conversations",
    "escalations",
    "events",
    "handoffs",
    "links",
    "mentions",
    "messages",
    "nudges",
    "opt_outs",
    "reads",
    "receipts",
];

/// Walks in the order of what is shown, as far as the page is long: most of what they
/// come past is shown.
const PAGES: [&str; 1] = ["ORDER BY `contacts`.`id` DESC"];

/// What the connections to the database of this test were asked.
static HEARD: Mutex<(String, BTreeSet<String>)> = Mutex::new((String::new(), BTreeSet::new()));

/// One connection; the other tests' are of other databases.
#[derive(Default)]
struct Ear {
    hears: bool,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.hears = HEARD.lock().unwrap().0.strip_prefix("sqlite:") == Some(url);
            }
            InstrumentationEvent::StartQuery { query, .. } if self.hears => {
                let said = query.to_string();
                let sql = said.split(" -- binds").next().unwrap_or_default();
                HEARD.lock().unwrap().1.insert(sql.to_owned());
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_working_day_walks_through_no_table_that_grows() {
    if is_postgres() {
        return; // It chooses by how much there is, and here there is little.
    }
    let db = TestApp::database().await;
    HEARD.lock().unwrap().0 = db.url().to_owned();
    set_default_instrumentation(|| Some(Box::new(Ear::default()))).unwrap();
    let app = TestApp::on(db).await;
    a_day(&app).await;
    set_default_instrumentation(|| None).unwrap();
    let heard = std::mem::take(&mut HEARD.lock().unwrap().1);
    assert!(heard.len() > 100, "only {} statements were heard", heard.len());

    let walks: Vec<String> = heard.iter().filter_map(|sql| walk(&app, sql)).collect();
    assert!(walks.is_empty(), "{}", walks.join("\n\n"));

    // The control: a condition that no index is made for.
    let unindexed =
        "select `id` from `contact_addresses` where `address_index` = ? and `since` > ?";
    assert!(walk(&app, unindexed).is_some());
}

/// What of the statement walks through a growing table to find some of its rows.
fn walk(app: &TestApp, sql: &str) -> Option<String> {
    let verb = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    // A list of nothing is written as a condition that nothing meets, which is seen at once.
    let looks_up = sql.to_lowercase().contains(" where ") && !sql.contains("(1=0)");
    let is_page = PAGES.iter().any(|order| sql.contains(order));
    if is_page || !["select", "update", "delete"].contains(&verb.as_str()) || !looks_up {
        return None;
    }
    let plan = app.raw().plan(sql);
    let is_walk = |step: &&String| {
        if step.contains(" AUTOMATIC ") {
            return true; // An index that is made for the one question, of all there is.
        }
        let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        table.is_some_and(|table| GROWING.contains(&table))
    };
    plan.iter().find(is_walk).map(|step| format!("{step}: {sql}"))
}

/// A bit of everything that agents, customers and timers do all day.
async fn a_day(app: &TestApp) {
    let (sato, admin) = (app.sign_in(SATO).await, app.sign_in(ADMIN).await);
    let thread = app.handset("+819011110001").sends("予約を変えたいです").await;
    app.handset("+819011110002").sends("STOP").await;
    sato.get(&format!("/conversations/{thread}")).await.expect(200);
    sato.reply(thread, "承知しました").await;
    sato.note(thread, "来週に変更").await;
    app.deliver().await;
    app.handset("+819011110001").sends("ありがとう").await;
    let state = format!("/conversations/{thread}");
    sato.put(&format!("{state}/contact"), &[("name", "山田 花子")]).await.expect(303);
    app.settle().await;
    app.index().await;
    let menu = json!({"inbox_id": app.cast.reception.0, "options": [
        {"digit": "1", "topic": "返品", "body": "こちら {url}", "url": "https://www.example.jp/"},
    ]});
    app.api().put("/handoff_flows/main", menu).await.expect(200);
    for caller in ["+819011110001", "+819011110003"] {
        let press = json!({"call_id": caller, "caller": caller, "flow": "main", "digit": "1"});
        app.api().post("/handoffs", press).await.expect(200);
    }
    app.settle().await;
    app.handset("+819011110003").sends("届きました").await;
    for view in ["mine", "unassigned", "waiting", "mentions", "snoozed", "all", "closed"] {
        sato.get(&format!("/conversations?view={view}")).await.expect(200);
    }
    for page in [
        "/search?q=予約",
        "/search?q=0001",
        "/contacts",
        "/contacts?q=山田",
        "/escalations",
        "/handoff_flows",
    ] {
        sato.get(page).await.expect(200);
    }
    for page in ["/settings/audit", "/settings/quarantine", "/settings/mails", "/settings/links"] {
        admin.get(page).await.expect(200);
    }
    app.api().texts(thread).await;
    sato.post(&format!("{state}/closure"), &[]).await.expect(303);
    henji::jobs::escalate_due::run_one(app).await.unwrap();
    henji::jobs::housekeeping::run_one(app).await.unwrap();
}
