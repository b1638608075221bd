//! The recipes of docs/phone-menus, driven as telephone exchanges drive them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::mail_servers::python;
use crate::support::TestApp;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/phone-menus");
const CALLER: &str = "+819012345678";

/// A house with a menu, and where the recipes find it.
struct Exchange {
    app: TestApp,
    python: PathBuf,
    /// Holds their settings.
    _folder: tempfile::TempDir,
    conf: PathBuf,
}

impl Exchange {
    async fn open() -> Option<Self> {
        let Some(python) = python() else {
            eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
            return None;
        };
        let app = TestApp::start().await;
        app.leaves_work();
        let menu = json!({"inbox_id": app.cast.reception.0, "options": [
            {"digit": "1", "topic": "返品", "body": "返品のご案内です"},
        ]});
        app.api().put("/handoff_flows/main", menu).await.expect(200);
        let folder = tempfile::tempdir().unwrap();
        let conf = folder.path().join("henji-press.conf");
        std::fs::write(&conf, format!("url = {}\ntoken = {}\n", app.url, app.cast.token)).unwrap();
        Some(Self { app, python, _folder: folder, conf })
    }

    /// Starts a script and says `said` to it; what it answers.
    fn run(&self, script: &Path, arguments: &[&str], said: &str) -> String {
        let mut child = Command::new(&self.python)
            .arg("-B")
            .arg(script)
            .args(arguments)
            .env("HENJI_PRESS_CONF", &self.conf)
            .env("HENJI_URL", &self.app.url)
            .env("HENJI_TOKEN", &self.app.cast.token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{script:?} {arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn texts(&self) -> i64 {
        self.app.raw().count("messages", "where direction = 'outbound'")
    }

    /// From now on nobody answers there.
    fn henji_is_away(&self) {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::write(&self.conf, format!("url = http://{nobody}\ntoken = none\n")).unwrap();
    }
}

fn recipe(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// What Asterisk says before a script, and to each of its five commands.
fn asterisk(caller: &str, call: &str) -> String {
    format!(
        "agi_request: henji.agi\nagi_channel: SIP/trunk-00000001\nagi_uniqueid: {call}\n\
         agi_callerid: {caller}\nagi_calleridname: unknown\n\n{}",
        "200 result=1\n".repeat(5)
    )
}

/// The variables that a script of Asterisk's set.
fn variables(told: &str) -> Value {
    let mut all = serde_json::Map::new();
    for line in told.lines() {
        let (name, value) =
            line.strip_prefix("SET VARIABLE HENJI_").unwrap().split_once(' ').unwrap();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
        all.insert(name.to_lowercase(), value.into());
    }
    Value::Object(all)
}

#[tokio::test]
async fn asterisk_sets_variables_and_asks_for_a_number() {
    let Some(exchange) = Exchange::open().await else { return };
    let agi = |arguments: &[&str], caller: &str, call: &str| {
        variables(&exchange.run(&recipe("henji.agi"), arguments, &asterisk(caller, call)))
    };
    let first = agi(&["main", "1"], "09012345678", "1795301400.17");
    assert_eq!((&first["result"], &first["speech"]), (&json!("accepted"), &json!("sent")));
    assert!(first["say"].as_str().unwrap().contains("お送りしました"), "{first}");
    assert_eq!(agi(&["main", "1"], "09012345678", "1795301400.17"), first, "asked again");
    assert_eq!(exchange.texts(), 1);

    let withheld = agi(&["main", "1"], "unknown", "1795301401.18");
    assert_eq!(withheld["speech"], "ask_mobile");
    assert_eq!(withheld["reason"], "anonymous");
    let typed = agi(&["main", "1", "08011112222"], "unknown", "1795301401.18");
    assert_eq!(typed["result"], "accepted");
    assert_eq!(exchange.app.raw().count("handoffs", "where typed"), 1);

    // Nothing of what a caller chooses ends a line of ours.
    let forged = agi(&["main", "1"], "\"; drop\\ \u{1b}[2J 0901", "1795301402.19");
    assert_eq!(forged["result"], "cannot_sms");
    // A mistake in the dialplan, and henji away: a person.
    for (arguments, is_away) in [(["main", "7"], false), (["main", "1"], true)] {
        if is_away {
            exchange.henji_is_away();
        }
        let away = agi(&arguments, "09012345678", "1795301403.20");
        assert_eq!(away["result"], "unavailable");
        assert_eq!((&away["speech"], &away["suggest"]), (&json!("try_later"), &json!("operator")));
    }
}

#[tokio::test]
async fn freeswitch_reads_lines() {
    let Some(exchange) = Exchange::open().await else { return };
    let press = |arguments: &[&str]| exchange.run(&recipe("henji_press.py"), arguments, "");
    let told = press(&["main", "1", CALLER, "7f4de4bc-17d7-11dd-b7a0-db4edd065621"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..3], ["result=accepted", "reason=", "speech=sent"]);
    let typed = press(&["main", "1", "0312345678", "8f4de4bc", "typed"]);
    assert!(
        typed.starts_with("result=cannot_sms\nreason=landline\nspeech=ask_mobile\n"),
        "{typed}"
    );
    assert_eq!(exchange.texts(), 1);
}

#[tokio::test]
async fn amazon_connect_gets_one_level_of_text() {
    let Some(exchange) = Exchange::open().await else { return };
    let event = |endpoint: Value, more: Value| {
        let mut event = json!({"Details": {"ContactData": {
            "Attributes": {}, "Channel": "VOICE", "InitiationMethod": "INBOUND",
            "ContactId": "5ca32fbd-8f92-46af-92a5-6b0f970f0efe",
            "InitialContactId": "4a573372-1f28-4e26-b97b-5ca32fbd8f92",
            "CustomerEndpoint": endpoint,
            "SystemEndpoint": {"Address": "+815011112222", "Type": "TELEPHONE_NUMBER"},
        }, "Parameters": {"flow": "main", "digit": "1"}}, "Name": "ContactFlowEvent"});
        for (name, value) in more.as_object().unwrap() {
            event["Details"]["Parameters"][name] = value.clone();
        }
        event
    };
    let driver = exchange.conf.with_file_name("connect.py");
    let program = format!(
        "import json, sys\nsys.path.insert(0, {FOLDER:?})\nfrom lambda_function import lambda_handler\n\
         print(json.dumps(lambda_handler(json.load(sys.stdin), None)))\n"
    );
    std::fs::write(&driver, program).unwrap();
    let invoke = |event: Value| -> Value {
        serde_json::from_str(&exchange.run(&driver, &[], &event.to_string())).unwrap()
    };
    let known = json!({"Address": CALLER, "Type": "TELEPHONE_NUMBER"});
    let first = invoke(event(known, json!({})));
    assert_eq!(first["result"], "accepted");
    assert!(first.as_object().unwrap().values().all(Value::is_string), "{first}");
    let withheld = invoke(event(Value::Null, json!({})));
    // The same call and key were answered before, whoever rings now.
    assert_eq!(withheld["result"], "accepted");
    let mut other = event(Value::Null, json!({}));
    other["Details"]["ContactData"]["InitialContactId"] = json!("another");
    assert_eq!(invoke(other.clone())["speech"], "ask_mobile");
    other["Details"]["Parameters"]["caller"] = json!("08011112222");
    assert_eq!(invoke(other)["result"], "accepted");
    assert_eq!(exchange.app.raw().count("handoffs", "where typed"), 1);
}

/// What its templates make of a call is what henji takes, and they read nothing of
/// the answer that is not there.
#[tokio::test]
async fn genesys_posts_what_its_templates_make() {
    let app = TestApp::start().await;
    app.leaves_work();
    let menu = json!({"inbox_id": app.cast.reception.0, "options": [
        {"digit": "1", "topic": "返品", "body": "返品のご案内です"},
    ]});
    app.api().put("/handoff_flows/main", menu).await.expect(200);
    let action = std::fs::read_to_string(recipe("genesys.json")).unwrap();
    let action: Value = serde_json::from_str(&action).unwrap();
    let request = &action["config"]["request"];
    let mut body = request["requestTemplate"].as_str().unwrap().to_owned();
    for (name, value) in
        [("callId", "call-1"), ("caller", CALLER), ("flow", "main"), ("digit", "1")]
    {
        let place = format!("$esc.jsonString(${{input.{name}}})");
        assert!(body.contains(&place), "{name}");
        assert!(action["contract"]["input"]["inputSchema"]["properties"][name].is_object());
        body = body.replace(&place, value);
    }
    let body = body.replace("${input.typed}", "false");
    assert!(!body.contains('$'), "{body}");
    assert!(request["requestUrlTemplate"].as_str().unwrap().ends_with("/api/v1/handoffs"));
    let answer = app.api().post("/handoffs", serde_json::from_str(&body).unwrap()).await;
    let answer = answer.expect(200).json();
    let response = &action["config"]["response"];
    for (name, path) in response["translationMap"].as_object().unwrap() {
        let field = path.as_str().unwrap().strip_prefix("$.").unwrap();
        let has_default = response["translationMapDefaults"][name].is_string();
        assert!(answer[field].is_string() || has_default, "{name} in {answer}");
        assert!(response["successTemplate"].as_str().unwrap().contains(&format!("${{{name}}}")));
    }
}
