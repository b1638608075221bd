//! No genuine request may be refused: the fix that did so cost a peer of ours
//! its customers' messages (reliability-and-security.md 0.1).

use henji::providers::twilio::signature;

use super::fake_twilio::{AUTH_TOKEN, sign};
use super::rigs::twilio_account;
use super::twilio_corpus::{Genuine, genuine, samples};

const COUNT: usize = 2_000;

fn refused_by(accepts: impl Fn(&Genuine) -> bool) -> usize {
    samples(genuine(), COUNT).filter(|request| !accepts(request)).count()
}

#[test]
fn none_of_the_genuine_is_refused() {
    let settings = twilio_account("").settings;
    let refused = refused_by(|genuine| signature::verify(&settings, &genuine.request).is_ok());
    assert_eq!(refused, 0, "of {COUNT}");
}

/// The corpus would notice a verifier that reads the fields it knows into a
/// struct and signs those, or one that takes the URL as it came.
#[test]
fn the_corpus_catches_a_verifier_that_drops_fields_or_minds_the_port() {
    let given =
        |genuine: &Genuine| genuine.request.header("x-twilio-signature").unwrap().to_owned();
    let struct_minded = |genuine: &Genuine| {
        let known = ["MessageSid", "From", "To", "Body", "AccountSid", "NumMedia"];
        let mut fields = genuine.fields.clone();
        fields.retain(|(name, _)| known.contains(&name.as_str()));
        sign(AUTH_TOKEN, &genuine.request.url, &fields) == given(genuine)
    };
    let port_minded = |genuine: &Genuine| {
        sign(AUTH_TOKEN, &genuine.request.url, &genuine.fields) == given(genuine)
    };
    assert!(refused_by(struct_minded) > COUNT / 2);
    assert!(refused_by(port_minded) > COUNT / 4);
}
