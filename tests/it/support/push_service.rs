//! A browser maker's push service, and a browser that reads what it carries.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use henji::config::{Network, PushConfig};
use henji::providers::http::Timeouts;
use henji::push::PushService;
use serde_json::{Value, json};

use super::TestApp;
use super::answer::Answer as Page;
use super::browser::Browser;
use crate::providers::peer::{Answer, Peer, PeerRequest};

/// The browser's keys: those of RFC 8291.
const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
pub const PUBLIC: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
pub const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// Answers as it is told, then 201 for ever.
pub struct Service {
    peer: Peer,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Service {
    pub async fn open() -> Self {
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let told = answers.clone();
        let next = move || told.lock().unwrap().pop_front().unwrap_or_else(|| Answer::status(201));
        Self { peer: Peer::start(move |_| next()).await, answers }
    }

    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/{name}", self.peer.url())
    }

    /// What came, in order.
    pub fn came(&self) -> Vec<PeerRequest> {
        self.peer.requests()
    }

    /// A house that may call it, and waits for nobody.
    pub async fn house(&self) -> TestApp {
        let app = TestApp::start_with(|app| {
            let allowed = vec![Network::parse("127.0.0.1").unwrap()];
            let patience = Duration::from_millis(300);
            let patience = Timeouts { connect: patience, whole: patience };
            app.push = PushService::patient(&PushConfig { on: true, allowed }, patience);
        })
        .await;
        henji::jobs::push::run_one(&app).await.unwrap();
        app
    }

    pub async fn tells(&self, browser: &Browser, name: &str) -> Page {
        subscribe(browser, &self.endpoint(name)).await.expect(204)
    }

    /// What the browser reads of what came: texts, claims and the key of each.
    pub fn read(&self) -> Option<Vec<Value>> {
        let python = python()?;
        let push = |request: PeerRequest| {
            json!({
                "authorization": request.header("authorization"),
                "audience": self.peer.url(),
                "body": URL_SAFE_NO_PAD.encode(&request.body),
            })
        };
        let pushes: Vec<Value> = self.came().into_iter().map(push).collect();
        let asked = json!({"private": PRIVATE, "public": PUBLIC, "auth": AUTH, "pushes": pushes});
        let mut reader = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/push_reader.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        reader.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
        let output = reader.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

pub async fn subscribe(browser: &Browser, endpoint: &str) -> Page {
    let fields = [("endpoint", endpoint), ("p256dh", PUBLIC), ("auth", AUTH)];
    browser.put("/settings/subscription", &fields).await
}

fn python() -> Option<PathBuf> {
    let venv = match std::env::var_os("TEST_VENV") {
        Some(venv) => PathBuf::from(venv),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv")),
    };
    let python = venv.join("bin/python");
    if !python.exists() {
        eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
        return None;
    }
    Some(python)
}
