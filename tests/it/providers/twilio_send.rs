//! Handing texts to Twilio, and what each kind of answer proves.

use std::time::Duration;

use chrono::TimeDelta;
use henji::clock::Clock;
use henji::domain::delivery::Reason;
use henji::providers::http::Timeouts;
use henji::providers::twilio::Twilio;
use henji::providers::{Accepted, Account, OutboundSms, Provider, Retry, SendError};
use proptest::sample;
use serde_json::json;

use super::contract::{HANDSET, SENDER, message_id, sms};
use super::fake_twilio::FakeTwilio;
use super::peer::{Answer, Peer, closed_port};
use super::rigs::{now, twilio_account};
use super::twilio_corpus::samples;

fn twilio() -> Twilio {
    let timeouts = Timeouts { whole: Duration::from_millis(300), ..Timeouts::default() };
    Twilio::with_timeouts(Clock::fixed_at(now()), timeouts)
}

async fn send_to(answer: Answer) -> (Result<Accepted, SendError>, usize) {
    let peer = Peer::start(move |_| answer.clone()).await;
    let result = twilio().send(&twilio_account(&peer.url()), &sms()).await;
    (result, peer.requests().len())
}

async fn refused_with(answer: Answer) -> (Reason, String, Retry) {
    match send_to(answer).await {
        (Err(SendError::Refused { reason, detail, retry }), 1) => (reason, detail, retry),
        other => panic!("{other:?}"),
    }
}

async fn sent_form(
    account: impl Fn(Account) -> Account,
    sms: OutboundSms,
) -> Vec<(String, String)> {
    let fake = FakeTwilio::start().await;
    let account = account(twilio_account(&fake.peer.url()));
    twilio().send(&account, &sms).await.unwrap();
    fake.taken().remove(0)
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn the_form_carries_the_text_and_the_way_back_to_it() {
    let form = sent_form(|account| account, sms()).await;
    assert_eq!(value(&form, "To"), Some(HANDSET));
    assert_eq!(value(&form, "From"), Some(SENDER));
    assert_eq!(value(&form, "Body"), Some("面接は14時からです"));
    let callback =
        format!("https://inbox.example.jp/hooks/twilio/t0ken/receipts?message={}", message_id());
    assert_eq!(value(&form, "StatusCallback"), Some(callback.as_str()));
    assert_eq!(form.len(), 4);
}

#[tokio::test]
async fn a_messaging_service_keeps_the_sender_we_chose() {
    let service = "MG0123456789abcdef0123456789abcdef";
    let with_service = |mut account: Account| {
        account.settings.insert("messaging_service_sid".to_owned(), service.to_owned());
        account
    };
    let form = sent_form(with_service, sms()).await;
    assert_eq!(value(&form, "MessagingServiceSid"), Some(service));
    assert_eq!(value(&form, "From"), Some(SENDER));
}

#[tokio::test]
async fn the_time_left_is_passed_on_within_what_twilio_takes() {
    for (left, validity) in [(90, "90"), (1, "1"), (36_000, "36000"), (86_400, "36000")] {
        let expires_at = Some(now() + TimeDelta::seconds(left));
        let form = sent_form(|account| account, OutboundSms { expires_at, ..sms() }).await;
        assert_eq!(value(&form, "ValidityPeriod"), Some(validity));
    }
}

#[tokio::test]
async fn an_acceptance_gives_its_id_and_parts() {
    let body = include_str!("../../fixtures/providers/twilio/accepted.json");
    let (result, _) = send_to(Answer::json(201, body)).await;
    let provider_ref = "SM0123456789abcdef0123456789abcdef".to_owned();
    assert_eq!(result, Ok(Accepted { provider_ref, segments: Some(2) }));
    let undecided = json!({"sid": "SM1", "num_segments": "0"});
    assert_eq!(send_to(Answer::json(201, undecided)).await.0.unwrap().segments, None);
}

#[tokio::test]
async fn both_shapes_of_error_are_read_by_their_code() {
    let legacy = include_str!("../../fixtures/providers/twilio/error_legacy.json");
    let (reason, detail, retry) = refused_with(Answer::json(400, legacy)).await;
    assert_eq!((reason, retry), (Reason::OptedOut, Retry::No));
    assert_eq!(detail, "HTTP 400 21610 Attempt to send to unsubscribed recipient");

    let problem = include_str!("../../fixtures/providers/twilio/error_rfc9457.json");
    let (reason, detail, retry) = refused_with(Answer::json(400, problem)).await;
    assert_eq!((reason, retry), (Reason::Landline, Retry::No));
    assert_eq!(detail, "HTTP 400 21635 The 'To' number +… is a landline");
}

#[tokio::test]
async fn the_error_table_holds() {
    for (status, code, expected) in [
        (401, 20003, Reason::AccountProblem),
        (400, 21211, Reason::InvalidNumber),
        (400, 21606, Reason::SenderNotAllowed),
        (400, 21608, Reason::AccountProblem),
        (400, 21610, Reason::OptedOut),
        (400, 21612, Reason::NotRoutable),
        (400, 21614, Reason::Landline),
        (400, 21635, Reason::Landline),
        (400, 99999, Reason::Unknown),
    ] {
        let (reason, _, retry) =
            refused_with(Answer::json(status, json!({"code": code, "status": status}))).await;
        assert_eq!((reason, retry), (expected, Retry::No), "{code}");
    }
    let (reason, ..) = refused_with(Answer::json(401, "")).await;
    assert_eq!(reason, Reason::AccountProblem);
    let (reason, ..) = refused_with(Answer::json(404, "<html>")).await;
    assert_eq!(reason, Reason::ProviderError);
}

#[tokio::test]
async fn a_throttled_text_waits_as_long_as_asked() {
    let throttled = |headers| Answer::Http { status: 429, headers, body: String::new() };
    let (reason, _, retry) = refused_with(throttled(vec![("retry-after", "7".to_owned())])).await;
    assert_eq!((reason, retry), (Reason::Throttled, Retry::After(Duration::from_secs(7))));
    let (reason, _, retry) = refused_with(throttled(Vec::new())).await;
    assert_eq!((reason, retry), (Reason::Throttled, Retry::Soon));
    let endless = vec![("retry-after", u64::MAX.to_string())];
    let (_, _, retry) = refused_with(throttled(endless)).await;
    assert_eq!(retry, Retry::After(Duration::from_secs(3600)));
    let (_, _, retry) = refused_with(Answer::json(400, json!({"code": 20429}))).await;
    assert_eq!(retry, Retry::Soon);
}

#[tokio::test]
async fn nobody_listening_is_a_refusal_for_now() {
    let result = twilio().send(&twilio_account(&closed_port().await), &sms()).await;
    match result {
        Err(SendError::Refused { retry: Retry::Soon, detail, .. }) => {
            assert!(!detail.contains("AC0123"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

/// Each of these may have been answered after the text was taken.
#[tokio::test]
async fn whatever_proves_nothing_is_unknown_and_asked_once() {
    let too_long = "x".repeat(70_000);
    for answer in [
        Answer::Silence,
        Answer::Hangup,
        Answer::Garbage,
        Answer::Torn { status: 201 },
        Answer::Torn { status: 503 },
        Answer::json(500, json!({"code": 20500})),
        Answer::json(502, "<html>Bad gateway</html>"),
        Answer::json(503, ""),
        Answer::json(504, ""),
        Answer::json(408, ""),
        Answer::json(302, ""),
        Answer::json(201, ""),
        Answer::json(201, "<html>"),
        Answer::json(200, json!({"status": "queued"})),
        Answer::json(201, json!({"sid": ""})),
        Answer::json(201, json!({"sid": 5})),
        Answer::json(201, json!({"sid": "SM1", "padding": too_long})),
    ] {
        match send_to(answer.clone()).await {
            (Err(SendError::Unknown { .. }), 1) => {}
            other => panic!("{answer:?} gave {other:?}"),
        }
    }
}

/// A peer is hostile input: whatever it answers, only a readable acceptance is
/// one, and nothing panics (T-FUZZ-1).
#[tokio::test]
async fn no_answer_made_up_at_random_is_taken_for_an_acceptance() {
    let json = "(\\[|\\{|\\]|\\}|\"sid\"|\"code\"|:|,|\"|[0-9]|null|\\\\u|\\PC){0,30}";
    for (status, body) in samples((sample::select(&[200u16, 201, 400, 429, 500]), json), 300) {
        let is_acceptance = serde_json::from_str::<serde_json::Value>(&body)
            .is_ok_and(|body| body["sid"].as_str().is_some_and(|sid| !sid.is_empty()));
        match (status, send_to(Answer::json(status, &body)).await.0) {
            (200 | 201, Ok(_)) => assert!(is_acceptance, "{body}"),
            (200 | 201, Err(SendError::Unknown { .. })) => assert!(!is_acceptance, "{body}"),
            (400, Err(SendError::Refused { .. })) => {}
            (429, Err(SendError::Refused { retry: Retry::Soon, .. })) => {}
            (500, Err(SendError::Unknown { .. })) => {}
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Peer::start(|_| Answer::json(201, json!({"sid": "SM1"}))).await;
    let location = vec![("location", other.url())];
    let redirect = Answer::Http { status: 307, headers: location, body: String::new() };
    let (result, _) = send_to(redirect).await;
    assert!(matches!(result, Err(SendError::Unknown { .. })), "{result:?}");
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_connection_the_peer_closed_meanwhile_does_not_double_a_text() {
    // The peer answers once and then drops the idle connection.
    let peer = Peer::start(|_| Answer::json(201, json!({"sid": "SM1"}))).await;
    let (twilio, account) = (twilio(), twilio_account(&peer.url()));
    for _ in 0..5 {
        twilio.send(&account, &sms()).await.unwrap();
    }
    assert_eq!(peer.requests().len(), 5);
}
