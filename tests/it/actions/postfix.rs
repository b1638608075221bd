//! Mails and Postfix, as a house may have it: STARTTLS and TLS from the first word, name
//! and password, certificates that are right, and such that are not.
//!
//! Needs Debian's postfix, sasl2-bin and libsasl2-modules, and root to start it
//! (`tests/peers/postfix.sh`). On one database: it is not about the database.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use henji::clock::fresh_id;
use henji::config::{MailConfig, Secret};
use henji::domain::mail::{MailFailure, MailState};
use henji::jobs::send_mail;
use henji::mail::Mailer;
use serde_json::Value;

use super::mail::{now, write};
use crate::support::TestApp;
use crate::support::test_db::is_postgres;

/// Long, for a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);
const MAILS: usize = 20;
/// In a URL.
const WHO: &str = "henji%40localhost:se%2Fcret%20p%40ss";

struct Postfix {
    process: Child,
    ports: Value,
    folder: tempfile::TempDir,
}

impl Postfix {
    fn open() -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/postfix.sh");
        if is_postgres() || !Path::new("/usr/lib/postfix/sbin/master").exists() {
            eprintln!("SKIPPED: on the other database, or without postfix; bin/test installs it");
            return None;
        }
        let who = Command::new("id").arg("-u").output().unwrap();
        let mut command = match who.stdout.trim_ascii() {
            b"0" => Command::new("bash"),
            _ => {
                let mut command = Command::new("sudo");
                command.args(["-n", "bash"]);
                command
            }
        };
        let folder = tempfile::tempdir().unwrap();
        command.arg(script).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports = serde_json::from_str(&line).expect("postfix.sh says its ports, or why not");
        Some(Self { process, ports, folder })
    }

    fn config(&self, url: &str, trusts: bool) -> MailConfig {
        let mut url = url.replace("WHO", WHO);
        for (name, port) in self.ports.as_object().unwrap() {
            url = url.replace(&format!("/{name}"), &format!("/localhost:{port}"));
            url = url.replace(&format!("@{name}"), &format!("@localhost:{port}"));
        }
        let config = henji::config::Config::from_sources(std::iter::empty(), None).unwrap().mail;
        MailConfig {
            smtp_url: Some(Secret::new(&url)),
            smtp_ca: trusts.then(|| self.folder.path().join("ca.pem")),
            smtp_patience: PATIENCE,
            ..config
        }
    }

    fn taken(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.folder.path().join("mail/new")) else {
            return Vec::new();
        };
        folder.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_reach_postfix_in_secret_or_not_at_all() {
    let Some(postfix) = Postfix::open() else { return };
    // Nothing leaves where the server is not known to be the one, or does not know us.
    for (url, trusts, expected) in [
        ("smtp://WHO@starttls?tls=required", false, MailFailure::Tls),
        ("smtps://WHO@smtps", false, MailFailure::Tls),
        ("smtp://WHO@wrong_name?tls=required", true, MailFailure::Tls),
        ("smtp://WHO@other_ca?tls=required", true, MailFailure::Tls),
        ("smtp://WHO@bare?tls=required", true, MailFailure::Tls),
        ("smtp://henji%40localhost:wrong@starttls?tls=required", true, MailFailure::Credentials),
        ("smtps://henji%40localhost:wrong@smtps", true, MailFailure::Credentials),
        ("smtp://starttls?tls=required", true, MailFailure::Refused),
    ] {
        let mailer = Mailer::new(&postfix.config(url, trusts)).unwrap();
        let letter = b"Subject: secret\r\n\r\nsecret\r\n";
        let refused = mailer.send(fresh_id(), "sato@example.jp", letter).await;
        assert_eq!(refused, Err(expected), "{url}");
    }
    // Two ways that are safe.
    let mut sent = 0;
    for url in ["smtp://WHO@starttls?tls=required", "smtps://WHO@smtps"] {
        let config = postfix.config(url, true);
        let app = TestApp::start_with(move |app| app.mailer = Mailer::new(&config).unwrap()).await;
        app.mailer.check().await.unwrap();
        let mut all = Vec::new();
        for _ in 0..MAILS {
            all.push(write(&app).await);
        }
        assert_eq!(send_mail::run_one(&app).await.unwrap(), MAILS);
        for id in all {
            assert_eq!(now(&app, id).await.state, MailState::Sent);
        }
        sent += MAILS;
    }
    let begun = Instant::now();
    while postfix.taken().len() < sent && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let taken = postfix.taken();
    assert_eq!(taken.len(), sent, "each once, and none of those that were kept back");
    for mail in taken {
        let mail = std::fs::read_to_string(mail).unwrap();
        assert!(mail.contains("Subject: x") && mail.contains("\n.dot"), "{mail}");
        assert!(!mail.contains("secret"), "{mail}");
    }
}
