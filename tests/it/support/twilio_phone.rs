//! A phone call at Twilio, played with Twilio's own library: it signs what it posts,
//! and listens to our TwiML as strictly as Twilio does.
//!
//! Needs the Python package `twilio` in the virtual environment that bin/test makes
//! (`TEST_VENV`, or target/venv).

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::TestApp;
use super::answer::Answer;
use super::test_app::PUBLIC_URL;

/// Twilio's library, in a process of its own.
pub struct Library {
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Library {
    /// `None`, and says so, on a machine without it.
    pub fn start() -> Option<Self> {
        let Some(python) = python() else {
            eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/twilio_caller.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, pipes: RefCell::new(pipes) })
    }

    fn ask(&self, question: &Value) -> Value {
        let (stdin, stdout) = &mut *self.pipes.borrow_mut();
        writeln!(stdin, "{question}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer to {question}"))
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Somebody's telephone, and the number they ring at.
pub struct Phone<'a> {
    pub app: &'a TestApp,
    pub library: &'a Library,
    /// The Voice URL as it is entered at Twilio.
    pub voice_url: String,
    pub token: String,
    pub call: String,
    pub from: String,
    pub to: String,
}

/// What the caller hears, and what Twilio does then.
#[derive(Clone, Debug)]
pub struct Heard(pub Value);

impl Phone<'_> {
    pub async fn rings(&self) -> Heard {
        self.step(&self.voice_url, "ringing", &[]).await
    }

    pub async fn presses(&self, heard: &Heard, keys: &str) -> Heard {
        let finish = heard.0["finish"].as_str().unwrap();
        let digits = keys.split_once(finish).filter(|_| !finish.is_empty());
        let digits = digits.map_or(keys, |(digits, _)| digits);
        let digits: String =
            digits.chars().take(heard.0["digits"].as_u64().unwrap() as usize).collect();
        self.step(heard.address("action"), "in-progress", &[("Digits", &digits)]).await
    }

    /// The person that the caller is put through to answers, or does not.
    pub async fn is_put_through(&self, heard: &Heard, outcome: &str) -> Heard {
        self.step(heard.address("action"), "in-progress", &[("DialCallStatus", outcome)]).await
    }

    /// Nothing is pressed until Twilio goes on.
    pub async fn waits(&self, heard: &Heard) -> Heard {
        self.step(heard.address("redirect"), "in-progress", &[]).await
    }

    pub async fn step(&self, url: &str, status: &str, more: &[(&str, &str)]) -> Heard {
        let answer = self.post(url, status, more).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        Heard(self.library.ask(&json!({"hear": answer.text})))
    }

    /// Signed over the address the world knows, posted to the one behind the proxy.
    pub async fn post(&self, url: &str, status: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("CallSid", self.call.as_str()),
            ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
            ("From", &self.from),
            ("To", &self.to),
            ("Caller", &self.from),
            ("Called", &self.to),
            ("CallStatus", status),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
        ];
        fields.extend(more);
        let named: serde_json::Map<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let asked = json!({"sign": url, "fields": named, "token": self.token});
        let signature = self.library.ask(&asked)["signature"].as_str().unwrap().to_owned();
        let path = url.strip_prefix(PUBLIC_URL).expect("an address of ours");
        let request = self.app.http.post(format!("{}{path}", self.app.url)).form(&fields);
        Answer::to(request.header("x-twilio-signature", signature)).await
    }
}

impl Heard {
    fn address(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.0))
    }

    /// The words, in order.
    pub fn words(&self) -> Vec<&str> {
        let said = self.0["said"].as_array().unwrap().iter();
        said.map(|line| line[1].as_str().unwrap()).collect()
    }

    pub fn languages(&self) -> Vec<&str> {
        let said = self.0["said"].as_array().unwrap().iter();
        said.map(|line| line[0].as_str().unwrap()).collect()
    }

    /// Whether the call ends with these words.
    pub fn is_over(&self) -> bool {
        let verbs = self.0["verbs"].as_array().unwrap();
        verbs.last() == Some(&json!("Hangup")) && !verbs.contains(&json!("Gather"))
    }
}

fn python() -> Option<PathBuf> {
    let venv = match std::env::var_os("TEST_VENV") {
        Some(venv) => PathBuf::from(venv),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv")),
    };
    let python = venv.join("bin/python");
    python.exists().then_some(python)
}
