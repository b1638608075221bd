//! The real program in a process of its own, that can be killed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use henji::providers::http::{Timeouts, loopback_client};
use serde_json::Value;

use super::test_db::TestDb;
use super::webhook::Signer;

/// What it takes at most to answer after a start, on a busy machine.
const START: Duration = Duration::from_secs(30);
const LOG: &str = "henji.log";

pub const SENDER: &str = "+815011112222";
const SECRET: &str = "the secret of the simulated carrier";

pub struct Binary {
    /// Where this node listens.
    pub url: String,
    /// What all nodes of the house are reached by, as browsers know it.
    pub public_url: String,
    pub http: reqwest::Client,
    pub token: String,
    pub inbox: String,
    pub signer: Signer,
    program: PathBuf,
    listen: String,
    log: &'static str,
    nats: Option<String>,
    child: Option<Child>,
    /// More of the environment of `serve`.
    surroundings: Vec<(&'static str, String)>,
    db: TestDb,
}

impl Binary {
    /// Sets a house up by the command line, as an operator would.
    pub fn set_up(log: &'static str) -> Self {
        Self::set_up_on(TestDb::empty(), log)
    }

    pub fn set_up_on(db: TestDb, log: &'static str) -> Self {
        Self::set_up_by(env!("CARGO_BIN_EXE_henji").into(), db, log)
    }

    /// By the command line of that program: its version's tables, and no newer.
    pub fn set_up_by(program: PathBuf, db: TestDb, log: &'static str) -> Self {
        let listen = free_address();
        let url = format!("http://{listen}");
        let mut binary = Self {
            signer: Signer { base: url.clone(), token: String::new(), secret: SECRET.into() },
            http: loopback_client(Timeouts::default()).unwrap(),
            public_url: url.clone(),
            url,
            token: String::new(),
            inbox: String::new(),
            program,
            listen,
            log,
            nats: None,
            child: None,
            surroundings: Vec::new(),
            db,
        };
        let init = "init --organization さくら電力 --admin-email admin@example.jp --admin-name 渡辺 \
            --admin-password-stdin --inbox 受付 --provider simulator --json";
        let made = binary.run(init, "correct horse battery");
        binary.inbox = json(&made)["inbox_id"].as_str().unwrap().to_owned();
        let add = format!(
            "provider add simulator --inbox {} --sender {SENDER} --secret-stdin --json",
            binary.inbox
        );
        let added = json(&binary.run(&add, SECRET));
        let hook = added["inbound_url"].as_str().unwrap();
        binary.signer.token = hook.rsplit('/').nth(1).unwrap().to_owned();
        let token = binary.run("token add tests --scope admin", "");
        binary.token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
        binary
    }

    /// Another node of the same house, not started yet.
    pub fn another(&self) -> Self {
        let listen = free_address();
        let url = format!("http://{listen}");
        Self {
            signer: Signer { base: url.clone(), ..self.signer.clone() },
            url,
            public_url: self.public_url.clone(),
            http: self.http.clone(),
            token: self.token.clone(),
            inbox: self.inbox.clone(),
            program: self.program.clone(),
            listen,
            log: self.log,
            nats: self.nats.clone(),
            child: None,
            surroundings: Vec::new(),
            db: self.db.shared(),
        }
    }

    /// Where it trades hints with other nodes, from its next start on.
    pub fn use_nats(&mut self, url: &str) {
        self.nats = Some(url.to_owned());
    }

    /// Another program than ours is, from its next start on.
    pub fn use_program(&mut self, program: PathBuf) {
        self.program = program;
    }

    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// How often each text is shown, over all threads.
    pub async fn shown(&self) -> BTreeMap<String, usize> {
        let mut shown = BTreeMap::new();
        let listed = self.get("/conversations?limit=200").await;
        for conversation in listed["items"].as_array().unwrap() {
            let id = conversation["id"].as_str().unwrap();
            let mut before = String::new();
            loop {
                let path = format!("/conversations/{id}/messages?limit=200{before}");
                let page = self.get(&path).await;
                for message in page["items"].as_array().unwrap() {
                    let body = message["body"].as_str().unwrap().to_owned();
                    *shown.entry(body).or_default() += 1;
                }
                match page["next"].as_str() {
                    Some(next) => before = format!("&before={next}"),
                    None => break,
                }
            }
        }
        shown
    }

    /// The value of a metric's line.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let text = self.http.get(format!("{}/metrics", self.url)).send().await.unwrap();
        let text = text.text().await.unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    pub fn start(&mut self) {
        let log = File::options().append(true).create(true).open(self.db.folder().join(LOG));
        let mut serve = self.command();
        serve.envs(self.surroundings.iter().map(|(name, value)| (name, value)));
        serve.arg("serve").stdin(Stdio::null()).stdout(Stdio::null());
        self.child = Some(serve.stderr(log.unwrap()).spawn().unwrap());
    }

    /// What `serve` finds in its environment from the next start on.
    pub fn surround(&mut self, name: &'static str, value: impl Into<String>) {
        self.surroundings.retain(|(known, _)| *known != name);
        self.surroundings.push((name, value.into()));
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it was started").id()
    }

    /// Sends a signal by its name, as `kill -TERM` does.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Whether it has not ended by itself.
    pub fn lives(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Waits for its own end; the code it ended with, none after a signal.
    pub async fn ends(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("it was started");
        tokio::task::spawn_blocking(move || child.wait().unwrap().code()).await.unwrap()
    }

    /// Waits until it answers.
    pub async fn answers(&self) {
        let deadline = Instant::now() + START;
        let ready = format!("{}/readyz", self.url);
        while !self.http.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(Instant::now() < deadline, "it does not start: {}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until it can be connected to; it may not answer yet.
    pub async fn listens(&self) {
        let deadline = Instant::now() + START;
        while tokio::net::TcpStream::connect(&self.listen).await.is_err() {
            assert!(Instant::now() < deadline, "it does not start: {}", self.log());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// SIGKILL: no farewell, nothing flushed.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Its data directory.
    pub fn folder(&self) -> &Path {
        self.db.folder()
    }

    /// Everything it ever logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.db.folder().join(LOG)).unwrap_or_default()
    }

    pub fn api(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token)
    }

    /// What `/readyz` says.
    pub async fn readiness(&self) -> Value {
        let answer = self.http.get(format!("{}/readyz", self.url)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.api(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Runs one command to its end.
    pub fn run(&self, arguments: &str, input: &str) -> Output {
        let mut child = self
            .command()
            .args(arguments.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "henji {arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .current_dir(self.db.folder())
            .env("HENJI_LISTEN", &self.listen)
            .env("HENJI_PUBLIC_URL", &self.public_url)
            .env("HENJI_DATA_DIR", self.db.folder())
            .env("HENJI_DATABASE_URL", self.db.url())
            .env("HENJI_LOG", self.log)
            .envs(self.nats.iter().map(|url| ("HENJI_NATS_URL", url)));
        command
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        self.kill();
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A port nobody has just now. It is asked for again at every start.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
