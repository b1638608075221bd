//! What Twilio's requests say, and what an account of it must be told.

use henji::clock::Clock;
use henji::domain::delivery::{Reason, ReceiptStatus};
use henji::domain::opt_out::OptOutSignal;
use henji::providers::twilio::Twilio;
use henji::providers::{HookRequest, Provider, Settings};

use super::contract::message_id;
use super::rigs::{fields, now, twilio_account, twilio_post};

fn twilio() -> Twilio {
    Twilio::new(Clock::fixed_at(now()))
}

fn request(url: &str, body: &'static str) -> HookRequest {
    HookRequest { body: body.into(), ..twilio_post("-", url, &[]) }
}

fn inbound_url() -> String {
    twilio_account("").inbound_url
}

fn receipts_url() -> String {
    format!("{}?message={}", twilio_account("").receipts_url, message_id())
}

#[test]
fn a_text_through_a_messaging_service_is_read_with_its_opt_out() {
    let body = include_str!("../../fixtures/providers/twilio/inbound_messaging_service.form");
    let messages = twilio().parse_inbound(&request(&inbound_url(), body)).unwrap();
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    assert_eq!(message.provider_ref, "SM0123456789abcdef0123456789abcdef");
    assert_eq!(message.from, "+818012345678");
    assert_eq!(message.to, "+815012345678");
    assert_eq!(message.body, "STOP");
    assert_eq!(message.opt_out, Some(OptOutSignal::Stop));
}

#[test]
fn a_receipt_is_read_with_its_reason_and_our_own_id() {
    let body = include_str!("../../fixtures/providers/twilio/receipt_undelivered.form");
    let receipts = twilio().parse_receipts(&request(&receipts_url(), body)).unwrap();
    assert_eq!(receipts.len(), 1);
    let receipt = &receipts[0];
    assert_eq!(receipt.status, ReceiptStatus::Undelivered);
    assert_eq!(receipt.reason, Some(Reason::OutOfRange));
    assert_eq!(receipt.message_id, Some(message_id()));
    assert_eq!(receipt.detail, "undelivered 30003");
    assert_eq!(
        receipt.dedupe_key,
        "SM0123456789abcdef0123456789abcdef:undelivered:30003:2611220750"
    );
}

#[test]
fn every_status_word_has_its_meaning_and_a_new_one_is_no_news() {
    let status = |word: &str| {
        let body = fields(&[("MessageSid", "SM1"), ("MessageStatus", word)]);
        let request = twilio_post("-", &receipts_url(), &body);
        twilio().parse_receipts(&request).unwrap()[0].status
    };
    for word in ["accepted", "scheduled", "queued", "sending", "sent"] {
        assert_eq!(status(word), ReceiptStatus::Sent, "{word}");
    }
    assert_eq!(status("delivered"), ReceiptStatus::Delivered);
    assert_eq!(status("read"), ReceiptStatus::Delivered);
    assert_eq!(status("undelivered"), ReceiptStatus::Undelivered);
    assert_eq!(status("failed"), ReceiptStatus::Failed);
    assert_eq!(status("canceled"), ReceiptStatus::Canceled);
    assert_eq!(status("partially_delivered"), ReceiptStatus::NoNews);
    assert_eq!(status("teleported"), ReceiptStatus::NoNews);
}

#[test]
fn the_deprecated_names_of_the_id_and_a_get_are_read_too() {
    for name in ["MessageSid", "SmsSid", "SmsMessageSid"] {
        let body = fields(&[(name, "SM5"), ("From", "+8180"), ("To", "+8150"), ("Body", "")]);
        let post = twilio_post("-", &inbound_url(), &body);
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&body).finish();
        let url = format!("{}?{query}", inbound_url());
        let get =
            HookRequest { method: "GET".to_owned(), url, body: Default::default(), ..post.clone() };
        for request in [post, get] {
            let message = twilio().parse_inbound(&request).unwrap().remove(0);
            assert_eq!((message.provider_ref.as_str(), message.body.as_str()), ("SM5", ""));
        }
    }
}

#[test]
fn fields_outside_the_signed_place_are_not_read() {
    let fields = fields(&[("MessageSid", "SM1"), ("From", "+8180"), ("To", "+8150")]);
    let url = format!("{}?Body=forged", inbound_url());
    let error = twilio().parse_inbound(&twilio_post("-", &url, &fields)).unwrap_err();
    assert_eq!(error.field, "Body");
}

#[test]
fn a_receipt_at_the_inbound_url_is_no_message() {
    let body = include_str!("../../fixtures/providers/twilio/receipt_undelivered.form");
    let error = twilio().parse_inbound(&request(&inbound_url(), body)).unwrap_err();
    assert_eq!(error.field, "Body");
}

#[test]
fn the_url_to_enter_at_twilio_asks_for_retries() {
    assert_eq!(
        twilio().inbound_url("https://inbox.example.jp/hooks/twilio/t/inbound"),
        "https://inbox.example.jp/hooks/twilio/t/inbound#rc=5&rp=all"
    );
    let acknowledgement = twilio().acknowledgement();
    assert_eq!(acknowledgement.content_type, "text/xml");
    assert!(acknowledgement.body.ends_with("<Response></Response>"));
}

#[test]
fn a_wrong_setting_is_named() {
    let check = |name: &str, value: &str| {
        let mut settings: Settings = twilio_account("https://api.twilio.com").settings;
        settings.insert(name.to_owned(), value.to_owned());
        twilio().check_settings(&settings).err().map(|error| error.setting)
    };
    let named = |name: &str| Some(name.to_owned());
    for wrong in
        ["", "AC", "SM0123456789abcdef0123456789abcdef", "AC0123456789abcdef0123456789abcdeg"]
    {
        assert_eq!(check("account_sid", wrong), named("account_sid"), "{wrong}");
    }
    assert_eq!(check("auth_token", "abc def"), named("auth_token"));
    assert_eq!(check("auth_token", "abc\n"), named("auth_token"));
    assert_eq!(check("messaging_service_sid", "MGx"), named("messaging_service_sid"));
    assert_eq!(check("messaging_service_sid", ""), None);
    assert_eq!(check("shared_key_id", "webhooks_sharedkey_1"), named("shared_key_secret"));
    assert_eq!(check("shared_key_secret", "s"), named("shared_key_id"));
    for wrong in [
        "http://api.twilio.com",
        "http://127.0.0.1.example.jp",
        "ftp://127.0.0.1",
        "api.twilio.com",
        "https://user@api.twilio.com",
        "https://api.twilio.com/?x=1",
    ] {
        assert_eq!(check("base_url", wrong), named("base_url"), "{wrong}");
    }
    for right in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1", ""] {
        assert_eq!(check("base_url", right), None, "{right}");
    }
}
