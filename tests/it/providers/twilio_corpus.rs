//! Requests as Twilio makes them, in all their variety, and how two of them
//! compare.

use std::collections::BTreeSet;

use henji::providers::HookRequest;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::fake_twilio::{ACCOUNT_SID, AUTH_TOKEN, sign};
use super::rigs::{now, twilio_account};

/// A signed request and what was signed.
#[derive(Clone, Debug)]
pub struct Genuine {
    pub request: HookRequest,
    pub fields: Vec<(String, String)>,
}

/// Messaging Service, pool numbers, port variants, repeated and empty fields,
/// every kind of text, both ways to write a space, inbound and receipts.
pub fn genuine() -> impl Strategy<Value = Genuine> {
    let fields = (known_fields(), vec(unknown_field(), 0..5))
        .prop_flat_map(|(known, unknown)| Just([known, unknown].concat()).prop_shuffle());
    let url = (any::<bool>(), any::<u128>());
    (fields, url, select(&["", ":443"]), select(&["", ":443"]), any::<bool>(), 0..8u8).prop_map(
        |(fields, (is_receipt, id), signed_port, port, plus, method)| {
            let account = twilio_account("");
            let url = match is_receipt {
                true => format!("{}?message={}", account.receipts_url, uuid::Uuid::from_u128(id)),
                false => account.inbound_url,
            };
            let at = |port: &str, url: &str| url.replacen(".jp/", &format!(".jp{port}/"), 1);
            let body = encode(&fields, plus);
            if method == 0 {
                let separator = if is_receipt { '&' } else { '?' };
                let url = format!("{url}{separator}{body}");
                let signature = sign(AUTH_TOKEN, &at(signed_port, &url), &[]);
                let request = request("GET", at(port, &url), signature, String::new());
                return Genuine { request, fields: Vec::new() };
            }
            let signature = sign(AUTH_TOKEN, &at(signed_port, &url), &fields);
            Genuine { request: request("POST", at(port, &url), signature, body), fields }
        },
    )
}

fn known_fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let pool = select(&["+815012345678", "+815012345679", "000512345678", "HENJI"]);
    let texts = prop_oneof![
        Just("はい、14時でお願いします".to_owned()),
        Just(String::new()),
        Just(" 1+1=2 & 100% \r\n😀𠮷髙﨑 ".to_owned()),
        "\\PC{0,40}",
        any::<String>(),
    ];
    ("SM[0-9a-f]{32}", "\\+81[789]0[0-9]{8}", pool, texts, proptest::option::of("MG[0-9a-f]{32}"))
        .prop_map(|(sid, from, to, body, service)| {
            let mut fields = vec![
                ("ToCountry", "JP".to_owned()),
                ("ToState", String::new()),
                ("SmsMessageSid", sid.clone()),
                ("SmsSid", sid.clone()),
                ("MessageSid", sid),
                ("SmsStatus", "received".to_owned()),
                ("NumMedia", "0".to_owned()),
                ("Body", body),
                ("From", from),
                ("To", to.to_owned()),
                ("AccountSid", ACCOUNT_SID.to_owned()),
                ("ApiVersion", "2010-04-01".to_owned()),
            ];
            fields.extend(service.map(|service| ("MessagingServiceSid", service)));
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        })
}

/// Twilio adds fields without notice, and repeats some.
fn unknown_field() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        select(&["Digits", "AddOns", "Body", "名前"]).prop_map(str::to_owned),
        "[A-Za-z0-9_]{1,9}"
    ];
    let value = prop_oneof![Just(String::new()), Just("1".to_owned()), any::<String>()];
    (name, value)
}

fn encode(fields: &[(String, String)], plus: bool) -> String {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    if plus { body } else { body.replace('+', "%20") }
}

fn request(method: &str, url: String, signature: String, body: String) -> HookRequest {
    let form = "application/x-www-form-urlencoded; charset=UTF-8";
    HookRequest {
        method: method.to_owned(),
        url,
        headers: vec![
            ("content-type".to_owned(), form.to_owned()),
            ("x-twilio-signature".to_owned(), signature),
        ],
        body: body.into(),
        received_at: now(),
    }
}

/// Whether both say the same to Twilio's algorithm, so that one signature must
/// cover both: the same distinct fields, joined to the same URL but for its port.
pub fn means_the_same(one: &HookRequest, other: &HookRequest) -> bool {
    let meaning = |request: &HookRequest| {
        let fields: BTreeSet<(String, String)> = match request.method.as_str() {
            "POST" => form_urlencoded::parse(&request.body).into_owned().collect(),
            _ => BTreeSet::new(),
        };
        let joined: String = fields.into_iter().map(|(name, value)| name + &value).collect();
        without_port(&request.url) + &joined
    };
    meaning(one) == meaning(other)
}

fn without_port(url: &str) -> String {
    let Some((host, rest)) = url.split_once(".jp:") else { return url.to_owned() };
    let path = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if path.starts_with('/') { format!("{host}.jp{path}") } else { url.to_owned() }
}

/// The first `count` values, the same in every run.
pub fn samples<S: Strategy>(strategy: S, count: usize) -> impl Iterator<Item = S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}
