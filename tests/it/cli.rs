//! The commands as scripts use them: what they print, on which stream, and how
//! they end.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::test_db::TestDb;

mod doctor;

const PASSWORD: &str = "correct horse battery";

/// A place where commands are run.
struct Place {
    db: TestDb,
}

/// How a command ended.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn empty() -> Self {
        Self { db: TestDb::empty() }
    }

    fn set_up() -> Self {
        let place = Self::empty();
        place.init().must_succeed();
        place
    }

    fn init(&self) -> Ran {
        let init = "init --organization さくら電力 --admin-email admin@example.jp --admin-name 渡辺 \
            --admin-password-stdin --inbox 受付 --provider simulator --json";
        self.run(init, PASSWORD)
    }

    fn run(&self, arguments: &str, input: &str) -> Ran {
        self.run_with(arguments, input, &[])
    }

    fn run_with(&self, arguments: &str, input: &str, settings: &[(&str, &str)]) -> Ran {
        use std::io::Write;

        let mut child = Command::new(env!("CARGO_BIN_EXE_henji"))
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(self.db.folder())
            .env("HENJI_DATA_DIR", self.db.folder())
            .env("HENJI_DATABASE_URL", self.db.url())
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone before this arrives.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        Ran::new(child.wait_with_output().unwrap())
    }
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn must_succeed(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// The one line it complained with.
    fn must_fail(self) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "an error belongs on the other stream");
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        self.err
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn init_tells_what_scripts_rely_on_and_sets_up_once() {
    let place = Place::empty();
    let made = json(&place.init().must_succeed());
    let mut expected = [
        "inbox_id",
        "sender",
        "provider_account_id",
        "inbound_url",
        "receipts_url",
        "admin_user_id",
    ];
    expected.sort_unstable();
    let mut found = keys(&made);
    found.sort_unstable();
    assert_eq!(found, expected);
    let inbound = made["inbound_url"].as_str().unwrap();
    assert!(inbound.starts_with("http://127.0.0.1:8080/hooks/simulator/"), "{inbound}");
    assert!(inbound.ends_with("/inbound"), "{inbound}");
    let complaint = place.init().must_fail();
    assert!(complaint.contains("already set up"), "{complaint}");
    assert_eq!(place.db.raw().count("users", ""), 1);
}

#[test]
fn init_refuses_what_is_wrong_and_writes_nothing() {
    let place = Place::empty();
    let init = |provider: &str| {
        format!(
            "init --organization A --admin-email a@example.jp --admin-name N \
             --admin-password-stdin --inbox I --provider {provider}"
        )
    };
    for (provider, password, complaint) in [
        ("simulator", "short", "password: is too short; 12 characters or more, 15 for an"),
        ("simulator", "", "the administrator's password is expected on the standard input"),
        ("pigeon", PASSWORD, "pigeon is not a provider henji knows; expected one of simulator"),
        ("twilio", PASSWORD, "account_sid: must be AC and 32 hexadecimal digits"),
    ] {
        let said = place.run(&init(provider), password).must_fail();
        assert!(said.contains(complaint), "{said}");
    }
    assert_eq!(place.run("init", PASSWORD).code, Some(2), "usage is clap's");
    place.init().must_succeed();
    assert_eq!(place.db.raw().count("users", ""), 1);
    assert_eq!(place.db.raw().count("inboxes", ""), 1);
}

#[test]
fn people_come_and_go() {
    let place = Place::empty();
    let inbox = json(&place.init().must_succeed())["inbox_id"].as_str().unwrap().to_owned();
    let add = format!("user add sato@example.jp --name 佐藤 --role agent --inbox {inbox}");
    let add = format!("{add} --password-stdin");
    let id = place.run(&add, "いぬがにわで三回まわった\n").must_succeed();
    uuid::Uuid::parse_str(id.trim()).unwrap();
    assert_eq!(place.db.raw().count("memberships", ""), 2);
    let again = place.run(&add, "いぬがにわで三回まわった").must_fail();
    assert!(again.contains("signs in with it already"), "{again}");
    assert_eq!(place.run("user disable sato@example.jp", "").must_succeed(), "");
    assert_eq!(place.db.raw().count("users", "where disabled_at is not null"), 1);
    let nobody = place.run("user disable nobody@example.jp", "").must_fail();
    assert!(nobody.contains("nobody signs in as nobody@example.jp"), "{nobody}");
    let last = place.run("user disable admin@example.jp", "").must_fail();
    assert!(last.contains("the only administrator"), "{last}");
}

#[test]
fn a_token_is_all_that_is_printed() {
    let place = Place::set_up();
    let printed = place.run("token add crm --scope messages:send events:read", "").must_succeed();
    let token = printed.strip_suffix('\n').unwrap();
    assert!(token.starts_with("henji_live_") && !token.contains(char::is_whitespace), "{token}");
    assert_eq!(place.db.raw().count("api_tokens", "where scopes = 'messages:send events:read'"), 1);
}

#[test]
fn an_account_gets_the_addresses_to_enter_at_its_provider() {
    let place = Place::empty();
    let inbox = json(&place.init().must_succeed())["inbox_id"].as_str().unwrap().to_owned();
    let sid = format!("AC{}", "0".repeat(32));
    let add = format!("provider add twilio --inbox {inbox} --sender +815011112222 --json");
    let missing = place.run(&format!("{add} --set account_sid={sid}"), "").must_fail();
    assert!(missing.contains("auth_token: is missing"), "{missing}");
    let add = format!("{add} --set account_sid={sid} --secret-stdin");
    let spaced = place.run(&add, "the auth token\n").must_fail();
    assert!(spaced.contains("auth_token: contains a space"), "{spaced}");
    let added = json(&place.run(&add, "0123456789abcdef0123456789abcdef\n").must_succeed());
    let inbound = added["inbound_url"].as_str().unwrap();
    assert!(inbound.contains("/hooks/twilio/") && inbound.ends_with("/inbound#rc=5&rp=all"));
    assert_eq!(added["sender"], "+815011112222");
    assert!(added.get("admin_user_id").is_none());
}

#[test]
fn the_audit_chain_is_verified_and_a_changed_entry_named() {
    let place = Place::set_up();
    place.run("token add one --scope admin", "").must_succeed();
    place.run("token add two --scope admin", "").must_succeed();
    let intact = place.run("audit verify", "").must_succeed();
    assert_eq!(intact, "3 entries, the chain is intact\n");
    place.db.raw().execute("update audit_entries set detail = 'simulator' where seq = 2");
    let broken = place.run("audit verify", "");
    assert_eq!(broken.code, Some(1));
    assert!(broken.out.contains("entry 2 is broken"), "{}", broken.out);
}

#[test]
fn the_sample_has_the_size_it_was_asked_for_and_fills_an_empty_house_only() {
    let place = Place::empty();
    let told = place.run("demo --messages 400 --seed 7", "").must_succeed();
    assert!(told.starts_with("50 conversations, 400 messages: "), "{told}");
    let mut raw = place.db.raw();
    assert_eq!(raw.count("messages", ""), 400);
    assert_eq!(raw.count("conversations", ""), 50);
    assert_eq!(raw.count("events", "where kind = 'message.created'"), 50);
    assert_eq!((raw.count("inboxes", ""), raw.count("users", "")), (3, 12));
    // Nothing that the workers would send: it was all sent long ago.
    assert_eq!(raw.count("outbox", ""), 0);
    let refused = place.run("demo", "").must_fail();
    assert!(refused.contains("set up already"), "{refused}");
    assert_eq!(place.db.raw().count("messages", ""), 400);
    place.run("audit verify", "").must_succeed();
}

#[test]
fn benchmarks_are_listed_and_unknown_ones_refused() {
    let place = Place::empty();
    let listed = place.run("bench --list", "").must_succeed();
    for name in ["ingest", "fanout", "handoffs", "pages", "start", "segments", "seal"] {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{listed}");
    }
    let unknown = place.run("bench ingest speed", "").must_fail();
    assert!(unknown.contains("speed is not a benchmark"), "{unknown}");
}

/// A file that cannot be opened does not come back by itself: no waiting, and the cause.
#[test]
fn a_database_file_that_cannot_be_opened_ends_the_start_with_the_cause() {
    let place = Place::empty();
    let nowhere = format!("sqlite:{}/no/such/folder/henji.db", place.db.folder().display());
    let ran = place.run_with("serve", "", &[("HENJI_DATABASE_URL", &nowhere)]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("unable to open"), "{}", ran.err);
}
