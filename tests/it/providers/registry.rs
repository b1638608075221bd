//! Finding an adapter by the word in its URLs.

use std::sync::Arc;

use henji::clock::Clock;
use henji::providers::twilio::Twilio;
use henji::providers::{Provider, Registry};

fn twilio() -> Arc<dyn Provider> {
    Arc::new(Twilio::new(Clock::default()))
}

#[test]
fn a_provider_is_found_by_its_kind_alone() {
    let registry = Registry::new(vec![twilio()]);
    assert_eq!(registry.kinds(), ["twilio"]);
    assert_eq!(registry.get("twilio").unwrap().kind(), "twilio");
    assert!(registry.get("Twilio").is_none());
}

#[test]
#[should_panic(expected = "two providers call themselves twilio")]
fn two_of_a_kind_are_a_mistake() {
    Registry::new(vec![twilio(), twilio()]);
}
