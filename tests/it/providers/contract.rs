//! What henji relies on in every provider, whoever it is.
//!
//! A rig knows one provider's wire: it signs what the provider would sign and
//! makes its far end behave. `provider_contract!(name, Rig)` runs the suite.

use std::future::Future;
use std::sync::Arc;

use henji::domain::delivery::ReceiptStatus;
use henji::domain::id::MessageId;
use henji::domain::inbound::Receipt;
use henji::providers::{
    Account, HookRequest, OutboundSms, Provider, Retry, SendError, VerifyError,
};
use uuid::Uuid;

pub const HANDSET: &str = "+818012345678";
pub const SENDER: &str = "+815012345678";

/// How the far end treats the next text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FarEnd {
    Takes,
    Throttles,
    RefusesForGood,
    /// The recipient has opted out with the provider.
    OptedOut,
    /// Takes the text, then the answer is lost.
    LosesItsAnswer,
}

/// Which webhook a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    Inbound,
    Receipt,
}

pub trait Rig: Sized + Send + Sync {
    fn start() -> impl Future<Output = Self> + Send;
    fn provider(&self) -> Arc<dyn Provider>;
    fn account(&self) -> Account;

    /// A genuine inbound text.
    fn inbound(&self, provider_ref: &str, body: &str) -> HookRequest;
    /// A genuine receipt.
    fn receipt(&self, provider_ref: &str, ours: MessageId, word: &str) -> HookRequest;
    /// The receipt words of this provider for what happens to a text that arrives.
    fn way_of_a_text(&self) -> Vec<(&'static str, ReceiptStatus)>;

    /// A genuine request with a field nobody here has heard of, signed.
    fn with_unknown_field(&self, request: HookRequest) -> HookRequest;
    /// The same request, signed by another account.
    fn signed_by_a_stranger(&self, request: HookRequest) -> HookRequest;
    /// The same request, signed when it no longer counts: too long ago, or with
    /// a secret that is not ours any more.
    fn signed_too_old(&self, request: HookRequest) -> HookRequest;
    /// The header that carries the signature.
    fn signature_header(&self) -> &'static str;

    fn far_end(&self, far_end: FarEnd) -> impl Future<Output = ()> + Send;
    /// How many texts the far end took.
    fn taken(&self) -> usize;
    /// A handset's text that the provider holds in its list.
    fn holds(&self, body: &str) -> impl Future<Output = String> + Send;
}

pub fn message_id() -> MessageId {
    MessageId(Uuid::from_u128(0x0190_5b7a_0000_7000_8000_0000_0000_002a))
}

pub fn sms() -> OutboundSms {
    OutboundSms {
        message_id: message_id(),
        from: SENDER.to_owned(),
        to: HANDSET.to_owned(),
        body: "面接は14時からです".to_owned(),
        expires_at: None,
    }
}

fn genuine<R: Rig>(rig: &R, hook: Hook) -> HookRequest {
    match hook {
        Hook::Inbound => rig.inbound("SM1", "はい、14時でお願いします"),
        Hook::Receipt => rig.receipt("SM1", message_id(), rig.way_of_a_text()[0].0),
    }
}

fn with_signature<R: Rig>(rig: &R, mut request: HookRequest, value: Option<&str>) -> HookRequest {
    let name = rig.signature_header();
    request.headers.retain(|(key, _)| key != name);
    if let Some(value) = value {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    request
}

pub async fn genuine_requests_are_accepted<R: Rig>() {
    let rig = R::start().await;
    for hook in [Hook::Inbound, Hook::Receipt] {
        let request = genuine(&rig, hook);
        assert_eq!(rig.provider().verify(&rig.account(), &request), Ok(()), "{hook:?}");
        let unknown = rig.with_unknown_field(request);
        assert_eq!(rig.provider().verify(&rig.account(), &unknown), Ok(()), "{hook:?}");
    }
    let unknown = rig.with_unknown_field(rig.inbound("SM9", "はい"));
    assert_eq!(rig.provider().parse_inbound(&unknown).unwrap()[0].provider_ref, "SM9");
}

pub async fn a_missing_garbled_foreign_or_old_signature_is_refused<R: Rig>() {
    let rig = R::start().await;
    let verify = |request: &HookRequest| rig.provider().verify(&rig.account(), request);
    for hook in [Hook::Inbound, Hook::Receipt] {
        let request = genuine(&rig, hook);
        let signature = request.header(rig.signature_header()).unwrap().to_owned();

        let missing = with_signature(&rig, request.clone(), None);
        assert_eq!(verify(&missing), Err(VerifyError::Missing), "{hook:?}");
        for garbled in ["", "=", "AAAA", "\u{e9}", &signature[1..], &format!("{signature}=")] {
            let garbled = with_signature(&rig, request.clone(), Some(garbled));
            assert!(verify(&garbled).is_err(), "{hook:?} {garbled:?}");
        }
        let foreign = rig.signed_by_a_stranger(request.clone());
        assert_eq!(verify(&foreign), Err(VerifyError::Mismatch), "{hook:?}");
        assert!(verify(&rig.signed_too_old(request.clone())).is_err(), "{hook:?}");
    }
}

pub async fn an_account_without_a_secret_accepts_nothing<R: Rig>() {
    let rig = R::start().await;
    let request = genuine(&rig, Hook::Inbound);
    let mut account = rig.account();
    for setting in rig.provider().settings().iter().filter(|setting| setting.secret) {
        account.settings.remove(setting.name);
    }
    assert!(matches!(rig.provider().verify(&account, &request), Err(VerifyError::Malformed(_))));
    for setting in rig.provider().settings().iter().filter(|setting| setting.secret) {
        account.settings.insert(setting.name.to_owned(), String::new());
    }
    assert!(rig.provider().verify(&account, &request).is_err());
}

pub async fn one_changed_byte_is_refused<R: Rig>() {
    let rig = R::start().await;
    for hook in [Hook::Inbound, Hook::Receipt] {
        let request = genuine(&rig, hook);
        for at in 0..request.body.len() {
            let mut body = request.body.to_vec();
            body[at] ^= 0x01;
            let changed = HookRequest { body: body.into(), ..request.clone() };
            let verdict = rig.provider().verify(&rig.account(), &changed);
            assert!(verdict.is_err(), "{hook:?}, byte {at} of {:?}", request.body);
        }
    }
}

pub async fn a_request_for_another_url_is_refused<R: Rig>() {
    let rig = R::start().await;
    let account = rig.account();
    let mut request = genuine(&rig, Hook::Inbound);
    request.url = request.url.replace(&account.inbound_url, &account.receipts_url);
    assert!(rig.provider().verify(&account, &request).is_err());
}

pub async fn the_same_text_delivered_again_has_the_same_reference<R: Rig>() {
    let rig = R::start().await;
    let first = rig.provider().parse_inbound(&rig.inbound("SM7", "２でお願いします")).unwrap();
    let again = rig.provider().parse_inbound(&rig.inbound("SM7", "２でお願いします")).unwrap();
    assert_eq!(first, again);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].provider_ref, "SM7");
    assert_eq!((first[0].from.as_str(), first[0].to.as_str()), (HANDSET, SENDER));
    assert_eq!(first[0].body, "２でお願いします");
}

pub async fn a_request_without_its_fields_is_an_error_not_a_message<R: Rig>() {
    let rig = R::start().await;
    for body in [&b""[..], b"{}", b"null", b"x=1", b"[1,", b"\xff\xfe"] {
        let request = HookRequest { body: body.to_vec().into(), ..rig.inbound("SM1", "はい") };
        assert!(rig.provider().parse_inbound(&request).is_err(), "{body:?}");
        assert!(rig.provider().parse_receipts(&request).is_err(), "{body:?}");
    }
}

/// Receipts come twice and in any order: each is told from the others by its
/// key, whatever came before it, and joined to our message by our own id.
pub async fn receipts_out_of_order_or_twice_keep_their_keys<R: Rig>() {
    let rig = R::start().await;
    let parse = |word: &str| -> Receipt {
        let request = rig.receipt("SM3", message_id(), word);
        rig.provider().parse_receipts(&request).unwrap().remove(0)
    };
    let words = rig.way_of_a_text();
    let forward: Vec<Receipt> = words.iter().map(|(word, _)| parse(word)).collect();
    let mut backward: Vec<Receipt> = words.iter().rev().map(|(word, _)| parse(word)).collect();
    backward.reverse();
    assert_eq!(forward, backward);
    for (receipt, (word, status)) in forward.iter().zip(&words) {
        assert_eq!(receipt.status, *status, "{word}");
        assert_eq!(receipt.message_id, Some(message_id()));
        assert_eq!(receipt.provider_ref, "SM3");
    }
    let mut keys: Vec<_> = forward.iter().map(|receipt| &receipt.dedupe_key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), words.len());
    let other = rig.provider().parse_receipts(&rig.receipt("SM4", message_id(), words[0].0));
    assert_ne!(other.unwrap()[0].dedupe_key, forward[0].dedupe_key);
}

pub async fn a_text_is_handed_over_once<R: Rig>() {
    let rig = R::start().await;
    rig.far_end(FarEnd::Takes).await;
    let accepted = rig.provider().send(&rig.account(), &sms()).await.unwrap();
    assert!(!accepted.provider_ref.is_empty());
    assert_eq!(rig.taken(), 1);
    let second = rig.provider().send(&rig.account(), &sms()).await.unwrap();
    assert_ne!(second.provider_ref, accepted.provider_ref);
}

pub async fn a_throttled_text_may_be_offered_again<R: Rig>() {
    let rig = R::start().await;
    rig.far_end(FarEnd::Throttles).await;
    match rig.provider().send(&rig.account(), &sms()).await {
        Err(SendError::Refused { retry: Retry::Soon | Retry::After(_), .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(rig.taken(), 0);
}

pub async fn a_refused_text_is_not_offered_again<R: Rig>() {
    let rig = R::start().await;
    for far_end in [FarEnd::RefusesForGood, FarEnd::OptedOut] {
        rig.far_end(far_end).await;
        match rig.provider().send(&rig.account(), &sms()).await {
            Err(SendError::Refused { reason, retry: Retry::No, .. }) => assert_eq!(
                reason == henji::domain::delivery::Reason::OptedOut,
                far_end == FarEnd::OptedOut
            ),
            other => panic!("{far_end:?}: {other:?}"),
        }
    }
    assert_eq!(rig.taken(), 0);
}

pub async fn a_lost_answer_is_unknown<R: Rig>() {
    let rig = R::start().await;
    rig.far_end(FarEnd::LosesItsAnswer).await;
    match rig.provider().send(&rig.account(), &sms()).await {
        Err(SendError::Unknown { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(rig.taken(), 1, "the text did arrive");
}

pub async fn a_text_whose_time_is_over_is_not_handed_over<R: Rig>() {
    let rig = R::start().await;
    rig.far_end(FarEnd::Takes).await;
    let late = OutboundSms { expires_at: Some(chrono::DateTime::UNIX_EPOCH), ..sms() };
    match rig.provider().send(&rig.account(), &late).await {
        Err(SendError::Refused { retry: Retry::No, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(rig.taken(), 0);
}

pub async fn what_the_provider_holds_can_be_listed<R: Rig>() {
    let rig = R::start().await;
    let held = rig.holds("留守の間に送りました").await;
    let listed = rig.provider().list_inbound(&rig.account(), chrono::DateTime::UNIX_EPOCH).await;
    let listed = listed.unwrap().expect("this provider offers a list");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].provider_ref, held);
    assert_eq!(listed[0].body, "留守の間に送りました");
    assert_eq!((listed[0].from.as_str(), listed[0].to.as_str()), (HANDSET, SENDER));
}

pub async fn its_own_settings_pass_and_each_required_one_is_missed<R: Rig>() {
    let rig = R::start().await;
    let settings = rig.account().settings;
    assert_eq!(rig.provider().check_settings(&settings), Ok(()));
    for setting in rig.provider().settings().iter().filter(|setting| setting.required) {
        let mut incomplete = settings.clone();
        incomplete.remove(setting.name);
        let error = rig.provider().check_settings(&incomplete).unwrap_err();
        assert_eq!(error.setting, setting.name);
        assert!(!error.problem.is_empty());
    }
    let mut misspelt = settings.clone();
    misspelt.insert("secrt".to_owned(), "x".to_owned());
    assert_eq!(rig.provider().check_settings(&misspelt).unwrap_err().setting, "secrt");
    let shown = format!("{:?}", rig.account());
    for setting in rig.provider().settings().iter().filter(|setting| setting.secret) {
        let value = settings.get(setting.name);
        assert!(value.is_none_or(|value| !shown.contains(value.as_str())), "{}", setting.name);
    }
}

macro_rules! provider_contract {
    ($name:ident, $rig:ty) => {
        mod $name {
            use super::*;

            provider_contract!(@tests $rig:
                genuine_requests_are_accepted
                a_missing_garbled_foreign_or_old_signature_is_refused
                an_account_without_a_secret_accepts_nothing
                one_changed_byte_is_refused
                a_request_for_another_url_is_refused
                the_same_text_delivered_again_has_the_same_reference
                a_request_without_its_fields_is_an_error_not_a_message
                receipts_out_of_order_or_twice_keep_their_keys
                a_text_is_handed_over_once
                a_throttled_text_may_be_offered_again
                a_refused_text_is_not_offered_again
                a_lost_answer_is_unknown
                a_text_whose_time_is_over_is_not_handed_over
                what_the_provider_holds_can_be_listed
                its_own_settings_pass_and_each_required_one_is_missed
            );
        }
    };
    (@tests $rig:ty: $($test:ident)+) => {$(
        #[tokio::test]
        async fn $test() {
            contract::$test::<$rig>().await;
        }
    )+};
}
