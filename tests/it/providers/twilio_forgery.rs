//! No forged request may be accepted, however close to a genuine one.

use std::collections::BTreeMap;

use henji::providers::twilio::signature;
use henji::providers::{HookRequest, Settings};
use proptest::prelude::*;

use super::fake_twilio::{AUTH_TOKEN, sign, sign_sha256};
use super::rigs::{fields, twilio_account};
use super::twilio_corpus::{Genuine, genuine, means_the_same, samples};

const COUNT: usize = 12_000;

/// What a forger may try with a genuine request in hand.
#[derive(Clone, Debug)]
enum Forgery {
    FlipBodyBit { at: prop::sample::Index, bit: u8 },
    CutBody { at: prop::sample::Index },
    AddField { name: String, value: String },
    ChangeField { at: prop::sample::Index, value: String },
    DropField { at: prop::sample::Index },
    ChangeUrl { at: prop::sample::Index, to: char },
    AppendToUrl(String),
    OtherMethod(&'static str),
    NoSignature,
    OtherSignature(String),
    FlipSignatureBit { at: prop::sample::Index, bit: u8 },
    SignedWith(&'static str),
    OtherAlgorithm(&'static str),
    OtherContentType(&'static str),
}

fn forgery() -> impl Strategy<Value = Forgery> {
    use Forgery::*;
    let at = any::<prop::sample::Index>;
    prop_oneof![
        8 => (at(), 0..8u8).prop_map(|(at, bit)| FlipBodyBit { at, bit }),
        1 => at().prop_map(|at| CutBody { at }),
        2 => ("[A-Za-z]{1,8}", any::<String>()).prop_map(|(name, value)| AddField { name, value }),
        3 => (at(), any::<String>()).prop_map(|(at, value)| ChangeField { at, value }),
        2 => at().prop_map(|at| DropField { at }),
        3 => (at(), any::<char>()).prop_map(|(at, to)| ChangeUrl { at, to }),
        1 => "[?&/#a-z=]{1,6}".prop_map(AppendToUrl),
        1 => select_word(&["GET", "POST", "PUT", "post", "HEAD", ""]).prop_map(OtherMethod),
        1 => Just(NoSignature),
        2 => any::<String>().prop_map(OtherSignature),
        3 => (at(), 0..7u8).prop_map(|(at, bit)| FlipSignatureBit { at, bit }),
        2 => select_word(&["", "12346", "1234", "12345 ", "AC0123456789abcdef0123456789abcdef"])
            .prop_map(SignedWith),
        2 => select_word(&["HMAC_SHA256", "HMAC_MD5", "none", "HMAC_SHA1x"]).prop_map(OtherAlgorithm),
        1 => select_word(&["application/json", "text/plain", "multipart/form-data"])
            .prop_map(OtherContentType),
    ]
}

fn select_word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

fn forged(genuine: &Genuine, forgery: &Forgery) -> HookRequest {
    let mut request = genuine.request.clone();
    let mut body = request.body.to_vec();
    let mut params = genuine.fields.clone();
    let encode = |params: &[(String, String)]| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(params).finish().into_bytes()
    };
    match forgery {
        Forgery::FlipBodyBit { at, bit } if !body.is_empty() => {
            let at = at.index(body.len());
            body[at] ^= 1 << bit;
        }
        Forgery::CutBody { at } if !body.is_empty() => body.truncate(at.index(body.len())),
        Forgery::AddField { name, value } => {
            params.push((name.clone(), value.clone()));
            body = encode(&params);
        }
        Forgery::ChangeField { at, value } if !params.is_empty() => {
            let at = at.index(params.len());
            params[at].1.clone_from(value);
            body = encode(&params);
        }
        Forgery::DropField { at } if !params.is_empty() => {
            params.remove(at.index(params.len()));
            body = encode(&params);
        }
        Forgery::ChangeUrl { at, to } => {
            let mut url: Vec<char> = request.url.chars().collect();
            let at = at.index(url.len());
            url[at] = *to;
            request.url = url.into_iter().collect();
        }
        Forgery::AppendToUrl(text) => request.url.push_str(text),
        Forgery::OtherMethod(method) => request.method = (*method).to_owned(),
        Forgery::NoSignature => set(&mut request, "x-twilio-signature", None),
        Forgery::OtherSignature(text) => set(&mut request, "x-twilio-signature", Some(text)),
        Forgery::FlipSignatureBit { at, bit } => {
            let mut bytes = request.header("x-twilio-signature").unwrap().as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let signature = String::from_utf8(bytes).unwrap();
            set(&mut request, "x-twilio-signature", Some(&signature));
        }
        Forgery::SignedWith(token) => {
            let signature = sign(token, &request.url, &params);
            set(&mut request, "x-twilio-signature", Some(&signature));
        }
        Forgery::OtherAlgorithm(algorithm) => {
            let header = format!("key=webhooks_sharedkey_1,algorithm={algorithm}");
            set(&mut request, "x-twilio-webhooks-signature-settings", Some(&header));
            let signature = sign_sha256(AUTH_TOKEN, &request.url, &params);
            set(&mut request, "x-twilio-signature", Some(&signature));
        }
        Forgery::OtherContentType(kind) => set(&mut request, "content-type", Some(kind)),
        _ => {}
    }
    request.body = body.into();
    request
}

fn set(request: &mut HookRequest, name: &str, value: Option<&str>) {
    request.headers.retain(|(key, _)| key != name);
    if let Some(value) = value {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Whether the request differs from the genuine one in what the signature is
/// there to protect, or in the signature itself.
fn is_forgery(genuine: &HookRequest, forged: &HookRequest) -> bool {
    let header = "x-twilio-signature";
    forged.header(header) != genuine.header(header)
        || !["GET", "POST"].contains(&forged.method.as_str())
        || !means_the_same(genuine, forged)
}

/// Forgeries accepted by a verifier, by kind, and how many were judged.
fn accepted_by(
    count: usize,
    accepts: impl Fn(&HookRequest) -> bool,
) -> (BTreeMap<String, u32>, usize) {
    let mut accepted = BTreeMap::new();
    let mut judged = 0;
    for (genuine, forgery) in samples((genuine(), forgery()), count) {
        let request = forged(&genuine, &forgery);
        // One in ten or so means what it meant before: no forgery.
        if !is_forgery(&genuine.request, &request) {
            continue;
        }
        judged += 1;
        if accepts(&request) {
            let kind = format!("{forgery:?}");
            let kind = kind.split([' ', '(']).next().unwrap().to_owned();
            *accepted.entry(kind).or_default() += 1;
        }
    }
    (accepted, judged)
}

fn settings() -> Settings {
    twilio_account("").settings
}

#[test]
fn none_of_the_forged_is_accepted() {
    let (accepted, judged) =
        accepted_by(COUNT, |request| signature::verify(&settings(), request).is_ok());
    assert_eq!(accepted, BTreeMap::new());
    assert!(judged >= 10_000, "{judged} is too few");
}

/// The forgeries would get past a verifier that lets a missing header pass,
/// minds only the text, or compares only the beginning.
#[test]
fn the_forgeries_get_past_a_broken_verifier() {
    let missing_passes = |request: &HookRequest| request.header("x-twilio-signature").is_none();
    let (accepted, _) = accepted_by(COUNT / 10, missing_passes);
    assert!(accepted.contains_key("NoSignature"), "{accepted:?}");

    let any_url = |request: &HookRequest| {
        let url = twilio_account("").inbound_url;
        let fields: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        Some(sign(AUTH_TOKEN, &url, &fields).as_str()) == request.header("x-twilio-signature")
    };
    let (accepted, _) = accepted_by(COUNT / 10, any_url);
    assert!(accepted.contains_key("ChangeUrl"), "{accepted:?}");

    let beginning = |request: &HookRequest| {
        let fields: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        let expected = sign(AUTH_TOKEN, &request.url, &fields);
        request.header("x-twilio-signature").is_some_and(|given| given.starts_with(&expected[..8]))
    };
    let (accepted, _) = accepted_by(COUNT / 10, beginning);
    assert!(accepted.contains_key("FlipSignatureBit"), "{accepted:?}");
}

#[test]
fn a_receipt_is_as_hard_to_forge_as_a_text() {
    let url = format!("{}?message=1", twilio_account("").receipts_url);
    let delivered = fields(&[("MessageSid", "SM1"), ("MessageStatus", "delivered")]);
    let genuine = super::rigs::twilio_post(AUTH_TOKEN, &url, &delivered);
    assert!(signature::verify(&settings(), &genuine).is_ok());
    let other_message = HookRequest { url: url.replace("=1", "=2"), ..genuine };
    assert!(signature::verify(&settings(), &other_message).is_err());
}
