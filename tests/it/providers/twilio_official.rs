//! Requests signed by Twilio's own helper library, judged by both of us.
//!
//! Needs the Python package `twilio` in the virtual environment that bin/test
//! makes (`TEST_VENV`, or target/venv).

use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use henji::providers::HookRequest;
use henji::providers::twilio::signature;
use serde_json::Value;

use super::fake_twilio::AUTH_TOKEN;
use super::rigs::{now, twilio_account};

const COUNT: usize = 2000;

#[test]
fn we_judge_every_request_as_twilios_own_library_does() {
    let Some(python) = python() else {
        eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
        return;
    };
    let account = twilio_account("");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/twilio_signer.py");
    let output = Command::new(python)
        .args([script, &account.inbound_url, &account.receipts_url, AUTH_TOKEN])
        .arg(COUNT.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let lines = String::from_utf8(output.stdout).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let mut settings = account.settings.clone();
        if let Some(key) = line["shared_key"].as_str() {
            settings.insert("shared_key_id".to_owned(), key.to_owned());
            settings.insert("shared_key_secret".to_owned(), AUTH_TOKEN.to_owned());
        }
        let verdict = signature::verify(&settings, &request(&line));
        assert_eq!(verdict.is_ok(), line["valid"] == true, "{verdict:?} for {line}");
        match verdict {
            Ok(()) => accepted += 1,
            Err(_) => refused += 1,
        }
    }
    assert_eq!(accepted + refused, COUNT);
    assert!(accepted >= COUNT * 3 / 4 && refused >= COUNT / 10, "{accepted} and {refused}");
}

fn request(line: &Value) -> HookRequest {
    let headers = line["headers"].as_object().unwrap();
    HookRequest {
        method: line["method"].as_str().unwrap().to_owned(),
        url: line["url"].as_str().unwrap().to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        body: STANDARD.decode(line["body"].as_str().unwrap()).unwrap().into(),
        received_at: now(),
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
