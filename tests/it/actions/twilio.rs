//! The same ways through Twilio: its signatures, its refusals.

use chrono::TimeDelta;
use henji::actions::note_alive::Since;
use henji::actions::settings::{self, NewAccount};
use henji::domain::id::MessageId;
use henji::jobs::{backfill, heartbeat};
use henji::store::provider_accounts::ProviderAccount;
use serde_json::json;

use super::store_down::know_with_damaged_key;
use crate::providers::contract::FarEnd;
use crate::providers::fake_twilio::{ACCOUNT_SID, AUTH_TOKEN, FakeTwilio, sign};
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{self, ADMIN, SATO};
use crate::support::test_app::PUBLIC_URL;

const HANDSET: &str = "+818012345678";
const SENDER: &str = "+815098765432";

struct Rig {
    app: TestApp,
    twilio: FakeTwilio,
    account: ProviderAccount,
}

impl Rig {
    async fn start() -> Self {
        let (app, twilio) = (TestApp::start().await, FakeTwilio::start().await);
        let admin = cast::caller(&app, app.cast.id(ADMIN)).await;
        let settings = [
            ("account_sid", ACCOUNT_SID),
            ("auth_token", AUTH_TOKEN),
            ("base_url", &twilio.peer.url()),
        ];
        let new = NewAccount {
            kind: "twilio".into(),
            settings: settings.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            sender: SENDER.into(),
        };
        let added = settings::add_account(&app, admin, app.cast.reception, new).await;
        let (account, _) = added.unwrap();
        Self { app, twilio, account }
    }

    /// Signed over the address the world knows, posted to the one behind the proxy.
    async fn post(&self, token: &str, route: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("/hooks/twilio/{}/{route}", self.account.hook_token);
        let owned: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let signature = sign(token, &format!("{PUBLIC_URL}{path}"), &owned);
        let request = self.app.http.post(format!("{}{path}", self.app.url)).form(&owned);
        Answer::to(request.header("x-twilio-signature", signature)).await
    }

    async fn text(&self, sid: &str, body: &str) -> Answer {
        let fields = [
            ("MessageSid", sid),
            ("AccountSid", ACCOUNT_SID),
            ("From", HANDSET),
            ("To", SENDER),
            ("Body", body),
            ("NumMedia", "0"),
        ];
        self.post(AUTH_TOKEN, "inbound", &fields).await
    }

    async fn send(&self, body: &str) -> MessageId {
        let order = self.app.api().order(HANDSET, body, json!({"sender": SENDER}));
        let answer = self.app.api().post("/messages", order).await.expect(201).json();
        let id = answer["id"].as_str().unwrap().parse().unwrap();
        self.app.deliver().await;
        id
    }
}

#[tokio::test]
async fn a_signed_text_is_one_message_however_often_it_comes() {
    let rig = Rig::start().await;
    for _ in 0..3 {
        let answer = rig.text("SM1", "こんにちは").await.expect(200);
        assert_eq!(answer.header("content-type"), "text/xml");
        assert!(answer.text.contains("<Response></Response>"));
    }
    rig.text("SM2", "こんにちは").await.expect(200);
    let conversation = rig.app.handset(HANDSET).conversation().await;
    assert_eq!(rig.app.api().texts(conversation).await, ["こんにちは", "こんにちは"]);
}

#[tokio::test]
async fn another_accounts_signature_goes_to_quarantine() {
    let rig = Rig::start().await;
    let fields = [("MessageSid", "SM1"), ("From", HANDSET), ("To", SENDER), ("Body", "偽")];
    rig.post("another token", "inbound", &fields).await.expect(403);
    assert_eq!(rig.app.raw().count("messages", ""), 0);
    assert_eq!(rig.app.raw().count("quarantine", ""), 1);
}

#[tokio::test]
async fn an_answer_goes_out_from_the_number_that_was_written_to() {
    let rig = Rig::start().await;
    let sato = rig.app.sign_in(SATO).await;
    rig.text("SM1", "予約したいです").await.expect(200);
    let conversation = rig.app.handset(HANDSET).conversation().await;
    let message = sato.reply(conversation, "承りました").await;
    rig.app.advance(TimeDelta::seconds(5));
    rig.app.deliver().await;
    let taken = rig.twilio.taken();
    let field = |name: &str| {
        let found = taken[0].iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (field("From"), field("To"), field("Body")),
        (SENDER.into(), HANDSET.into(), "承りました".into())
    );
    assert_eq!(rig.app.api().state_of(message).await, "sent");

    // What Twilio calls back is what it was given, our own id in it.
    let callback = field("StatusCallback");
    let path = callback.strip_prefix(PUBLIC_URL).unwrap();
    let fields =
        [("MessageSid", "SM00000000000000000000000000000001"), ("MessageStatus", "delivered")];
    let owned: Vec<_> = fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let request = rig.app.http.post(format!("{}{path}", rig.app.url)).form(&owned);
    let signature = sign(AUTH_TOKEN, &callback, &owned);
    Answer::to(request.header("x-twilio-signature", signature)).await.expect(200);
    assert_eq!(rig.app.api().state_of(message).await, "delivered");
}

#[tokio::test]
async fn a_number_that_stopped_at_twilio_is_opted_out_here() {
    let rig = Rig::start().await;
    rig.twilio.behave(FarEnd::OptedOut);
    let message = rig.send("案内").await;
    let found = rig.app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("opted_out")));
    let conversation = rig.app.handset(HANDSET).conversation().await;
    assert_eq!(rig.app.api().conversation(conversation).await["contact"]["opted_out"], true);
    let order = rig.app.api().order(HANDSET, "案内", json!({}));
    rig.app.api().post("/messages", order).await.expect(422);
}

#[tokio::test]
async fn a_429_waits_as_long_as_it_says_and_sends_once() {
    let rig = Rig::start().await;
    rig.twilio.behave(FarEnd::Throttles);
    let message = rig.send("順番に").await;
    assert_eq!(rig.app.api().state_of(message).await, "queued");
    rig.twilio.behave(FarEnd::Takes);
    rig.app.advance(TimeDelta::milliseconds(2_900));
    assert_eq!(rig.app.deliver().await, 0, "Retry-After was 3 s");
    rig.app.advance(TimeDelta::milliseconds(1_700));
    rig.app.deliver().await;
    assert_eq!(rig.twilio.taken().len(), 1);
    assert_eq!(rig.app.api().state_of(message).await, "sent");
}

#[tokio::test]
async fn a_broken_line_is_unknown_and_never_called_again() {
    let rig = Rig::start().await;
    rig.twilio.behave(FarEnd::LosesItsAnswer);
    let message = rig.send("届いたか").await;
    assert_eq!(rig.app.api().state_of(message).await, "unknown");
    rig.twilio.behave(FarEnd::Takes);
    rig.app.advance(TimeDelta::days(1));
    rig.app.deliver().await;
    assert_eq!(rig.twilio.taken().len(), 1);
}

#[tokio::test]
async fn what_the_webhook_did_not_bring_the_list_does() {
    let rig = Rig::start().await;
    rig.twilio.hold("取りこぼし");
    rig.app.advance(TimeDelta::minutes(5));
    assert_eq!(backfill::run_one(&rig.app).await.unwrap(), 1);
    assert_eq!(backfill::run_one(&rig.app).await.unwrap(), 0);
    let all = rig.app.api().conversations().await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["preview"], "取りこぼし");
}

/// It must neither keep the others out nor be forgotten.
#[tokio::test]
async fn a_listed_text_that_cannot_be_filed_is_looked_for_again() {
    let rig = Rig::start().await;
    know_with_damaged_key(&rig.app, HANDSET).await;
    rig.twilio.hold("鍵が壊れた人から");
    rig.app.advance(TimeDelta::days(2));
    assert_eq!(backfill::run_one(&rig.app).await.unwrap(), 0);
    assert_eq!(rig.app.raw().count("messages", ""), 0);
    let mut raw = rig.app.raw();
    let whole = "select key_wrapped from whole_keys where whole_keys.id = contacts.id";
    raw.execute(&format!("update contacts set key_wrapped = ({whole})"));
    raw.execute("drop table whole_keys");
    assert_eq!(backfill::run_one(&rig.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_time_without_webhooks_is_shown_until_the_list_was_read_past_it() {
    let rig = Rig::start().await;
    let admin = rig.app.sign_in(ADMIN).await;
    let shown = async || admin.get("/settings/senders").await.expect(200).texts(".outages li");
    heartbeat::run_one(&rig.app, Since::Stood).await.unwrap();
    assert_eq!(shown().await, [""; 0], "the first start ends nothing");
    // The database was away, and the journal took what came.
    rig.app.advance(TimeDelta::minutes(3));
    heartbeat::run_one(&rig.app, Since::Ran).await.unwrap();
    assert_eq!(shown().await, [""; 0]);
    // Nobody was there.
    rig.app.advance(TimeDelta::seconds(207));
    heartbeat::run_one(&rig.app, Since::Stood).await.unwrap();
    let times = "2026-11-22 07:53:00 – 2026-11-22 07:56:27";
    assert_eq!(shown().await, [times; 3], "of Twilio and of both simulators");
    backfill::run_one(&rig.app).await.unwrap();
    assert_eq!(shown().await, [""; 0]);
}
