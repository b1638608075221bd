//! `X-Twilio-Signature`: the published vectors, and which secret counts when.

use base64::Engine;
use henji::providers::twilio::signature;
use henji::providers::{HookRequest, Settings, VerifyError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fake_twilio::{AUTH_TOKEN, sign, sign_sha256};
use super::rigs::{fields, now, twilio_account, twilio_post};

const URL: &str = "https://inbox.example.jp/hooks/twilio/t0ken/inbound";
const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";
const SHARED_KEY: &str = "webhooks_sharedkey_0123";

fn settings(pairs: &[(&str, &str)]) -> Settings {
    fields(pairs).into_iter().collect()
}

fn verify(pairs: &[(&str, &str)], request: &HookRequest) -> Result<(), VerifyError> {
    signature::verify(&settings(pairs), request)
}

fn text() -> Vec<(String, String)> {
    fields(&[("MessageSid", "SM1"), ("From", "+818012345678"), ("Body", "はい")])
}

fn with_header(mut request: HookRequest, name: &str, value: &str) -> HookRequest {
    request.headers.retain(|(key, _)| key != name);
    request.headers.push((name.to_owned(), value.to_owned()));
    request
}

fn pairs(list: &Value) -> Vec<(String, String)> {
    serde_json::from_value(list.clone()).unwrap()
}

#[test]
fn every_vector_is_judged_as_published() {
    let file = include_str!("../../fixtures/providers/twilio/signature_vectors.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    let mut judged = 0;
    for vector in vectors {
        let (inputs, expected) = (&vector["inputs"], &vector["expected"]);
        let token = inputs["auth_token"].as_str().unwrap();
        let sha256 = inputs["algorithm"] == "HMAC_SHA256";
        let algorithm = match sha256 {
            true => signature::Algorithm::HmacSha256,
            false => signature::Algorithm::HmacSha1,
        };
        let given = expected["signature"].as_str().unwrap();
        let signed_url = inputs["url_signed"].as_str().unwrap();
        let made = signature::sign(algorithm, token, signed_url, &pairs(&inputs["params"]));
        assert_eq!(made, given, "{}", vector["id"]);

        for case in expected["verify"].as_array().unwrap() {
            let params = case.get("params").unwrap_or(&inputs["params"]);
            let url = case["url"].as_str().unwrap();
            let mut request = twilio_post("-", url, &pairs(params));
            request = with_header(request, "x-twilio-signature", given);
            if let Some(body) = case.get("body").or(inputs.get("body")) {
                request = with_header(request, "content-type", "application/json");
                request.body = body.as_str().unwrap().to_owned().into();
            }
            let verdict = if sha256 {
                let header = format!("key={SHARED_KEY},algorithm=HMAC_SHA256");
                let request = with_header(request, SETTINGS_HEADER, &header);
                verify(&[("shared_key_id", SHARED_KEY), ("shared_key_secret", token)], &request)
            } else {
                verify(&[("auth_token", token)], &request)
            };
            assert_eq!(verdict.is_ok(), case["valid"] == true, "{} {case}", vector["id"]);
            judged += 1;
        }
    }
    assert_eq!(judged, 20);
}

#[test]
fn while_the_token_is_changed_both_count_and_afterwards_one() {
    let new = twilio_post("the new token", URL, &text());
    let old = twilio_post("the old token", URL, &text());
    let both = [("auth_token", "the new token"), ("previous_auth_token", "the old token")];
    assert_eq!(verify(&both, &new), Ok(()));
    assert_eq!(verify(&both, &old), Ok(()));
    let after = [("auth_token", "the new token"), ("previous_auth_token", "")];
    assert_eq!(verify(&after, &new), Ok(()));
    assert_eq!(verify(&after, &old), Err(VerifyError::Mismatch));
}

#[test]
fn a_get_is_signed_by_its_url_alone() {
    let url = format!("{URL}?MessageSid=SM1&From=%2B818012345678&Body=%E3%81%AF%E3%81%84");
    let request = HookRequest {
        method: "GET".to_owned(),
        url: url.clone(),
        headers: vec![("x-twilio-signature".to_owned(), sign(AUTH_TOKEN, &url, &[]))],
        body: Default::default(),
        received_at: now(),
    };
    assert_eq!(verify(&[("auth_token", AUTH_TOKEN)], &request), Ok(()));
    let other = HookRequest { url: url.replace("SM1", "SM2"), ..request.clone() };
    assert_eq!(verify(&[("auth_token", AUTH_TOKEN)], &other), Err(VerifyError::Mismatch));
    let put = HookRequest { method: "PUT".to_owned(), ..request };
    assert!(matches!(verify(&[("auth_token", AUTH_TOKEN)], &put), Err(VerifyError::Malformed(_))));
}

#[test]
fn a_body_that_is_no_form_needs_its_hash_in_the_signed_url() {
    let account = [("auth_token", AUTH_TOKEN)];
    let json = |url: &str, body: &str| {
        let request = twilio_post("-", url, &[]);
        let request = with_header(request, "content-type", "application/json");
        let request = with_header(request, "x-twilio-signature", &sign(AUTH_TOKEN, url, &[]));
        HookRequest { body: body.to_owned().into(), ..request }
    };
    let body = r#"{"MessageSid":"SM1"}"#;
    let hash: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let hashed = format!("{URL}?bodySHA256={hash}");
    assert_eq!(verify(&account, &json(&hashed, body)), Ok(()));
    assert_eq!(verify(&account, &json(&hashed, "{}")), Err(VerifyError::Mismatch));
    assert!(matches!(verify(&account, &json(URL, body)), Err(VerifyError::Malformed(_))));
}

#[test]
fn a_shared_key_is_the_only_way_in_once_it_is_configured() {
    let account = [
        ("auth_token", AUTH_TOKEN),
        ("shared_key_id", SHARED_KEY),
        ("shared_key_secret", "s3cret"),
    ];
    let header = format!("key={SHARED_KEY}, algorithm=HMAC_SHA256");
    let request = twilio_post(AUTH_TOKEN, URL, &text());
    let signed = sign_sha256("s3cret", URL, &text());
    let shared = with_header(request.clone(), "x-twilio-signature", &signed);
    assert_eq!(verify(&account, &with_header(shared.clone(), SETTINGS_HEADER, &header)), Ok(()));

    // Genuine by the weaker scheme, under every name it could take.
    assert!(verify(&account, &request).is_err());
    for weaker in ["", "key=x", "algorithm=HMAC_SHA1", &header.replace("256", "1")] {
        assert!(verify(&account, &with_header(request.clone(), SETTINGS_HEADER, weaker)).is_err());
    }
    // The SHA-1 of the right secret, and the right MAC under another key's name.
    let sha1 = with_header(request, "x-twilio-signature", &sign("s3cret", URL, &text()));
    assert!(verify(&account, &with_header(sha1, SETTINGS_HEADER, &header)).is_err());
    let other_key = "key=webhooks_sharedkey_9,algorithm=HMAC_SHA256";
    assert!(verify(&account, &with_header(shared.clone(), SETTINGS_HEADER, other_key)).is_err());

    // Half a configuration is none, not the weaker one.
    let half = [("auth_token", AUTH_TOKEN), ("shared_key_id", SHARED_KEY)];
    assert!(verify(&half, &twilio_post(AUTH_TOKEN, URL, &text())).is_err());
}

#[test]
fn a_request_cannot_name_a_scheme_the_account_does_not_have() {
    let account = [("auth_token", AUTH_TOKEN)];
    let signed = sign_sha256(AUTH_TOKEN, URL, &text());
    let request = twilio_post(AUTH_TOKEN, URL, &text());
    for algorithm in ["HMAC_SHA256", "none", "HMAC_MD5", "hmac_sha1"] {
        let header = format!("key={SHARED_KEY},algorithm={algorithm}");
        let request = with_header(request.clone(), SETTINGS_HEADER, &header);
        assert!(verify(&account, &request).is_err(), "{algorithm}");
        let request = with_header(request, "x-twilio-signature", &signed);
        assert!(verify(&account, &request).is_err(), "{algorithm}");
    }
}

#[test]
fn a_proxy_that_drops_the_content_type_costs_no_message() {
    let mut request = twilio_post(AUTH_TOKEN, URL, &text());
    request.headers.retain(|(name, _)| name != "content-type");
    assert_eq!(verify(&[("auth_token", AUTH_TOKEN)], &request), Ok(()));
}

#[test]
fn the_test_signer_is_the_algorithm_of_the_vectors() {
    // Guards the other tests: a wrong signer would prove nothing.
    let params = fields(&[
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
    ]);
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(sign("12345", url, &params), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    let long_key = "k".repeat(65);
    let decoded = base64::engine::general_purpose::STANDARD.decode(sign(&long_key, url, &params));
    assert_eq!(decoded.unwrap().len(), 20);
    assert!(twilio_account("http://127.0.0.1:1").settings.contains_key("auth_token"));
}
