//! Whether Twilio knows us: asked by a list of one text.

use henji::clock::Clock;
use henji::domain::account_check::CheckOutcome;
use henji::providers::Provider;
use henji::providers::twilio::Twilio;
use serde_json::json;

use super::peer::{Answer, Peer, closed_port};
use super::rigs::{now, twilio_account};

async fn check(url: &str) -> CheckOutcome {
    let twilio = Twilio::new(Clock::fixed_at(now()));
    twilio.check(&twilio_account(url), now()).await
}

#[tokio::test]
async fn what_twilio_answers_is_told_apart() {
    for (answer, outcome) in [
        (Answer::json(200, json!({"messages": []})), CheckOutcome::Works),
        (Answer::json(401, json!({"code": 20003})), CheckOutcome::Credentials),
        (Answer::json(404, json!({"code": 20404})), CheckOutcome::Credentials),
        (Answer::json(500, ""), CheckOutcome::Odd),
        (Answer::Hangup, CheckOutcome::Unreachable),
    ] {
        let peer = Peer::start(move |_| answer.clone()).await;
        assert_eq!(check(&peer.url()).await, outcome);
        let asked = peer.requests();
        assert_eq!(asked.len(), 1, "asked once, whatever comes");
        assert!(asked[0].target.ends_with("/Messages.json?PageSize=1"), "{}", asked[0].target);
        assert!(asked[0].header("authorization").is_some());
    }
    assert_eq!(check(&closed_port().await).await, CheckOutcome::Unreachable);
}
