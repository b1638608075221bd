//! What Twilio holds for us: pages, directions, and a peer that lies.

use chrono::{DateTime, Utc};
use henji::clock::Clock;
use henji::domain::inbound::InboundMessage;
use henji::providers::twilio::Twilio;
use henji::providers::{ListError, Provider};
use serde_json::json;

use super::contract::{HANDSET, SENDER};
use super::fake_twilio::{ACCOUNT_SID, listed};
use super::peer::{Answer, Peer, closed_port};
use super::rigs::{now, twilio_account};

fn since() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

async fn list(peer: &Peer) -> Result<Vec<InboundMessage>, ListError> {
    let twilio = Twilio::new(Clock::fixed_at(now()));
    let listed = twilio.list_inbound(&twilio_account(&peer.url()), since()).await;
    listed.map(|texts| texts.expect("Twilio has a list"))
}

#[tokio::test]
async fn all_pages_are_read_oldest_first_and_our_own_texts_are_left_out() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?Page=1&PageToken=PASM2");
    let peer = Peer::start(move |request| {
        let inbound = |sid| listed(sid, "inbound", HANDSET, SENDER, "はい");
        let ours = listed("SM0", "outbound-api", SENDER, HANDSET, "ours");
        if request.target.contains("PageToken") {
            Answer::json(200, json!({"messages": [ours, inbound("SM1")], "next_page_uri": null}))
        } else {
            let messages = [inbound("SM3"), inbound("SM2")];
            Answer::json(200, json!({"messages": messages, "next_page_uri": next}))
        }
    })
    .await;
    let texts = list(&peer).await.unwrap();
    let refs: Vec<_> = texts.iter().map(|text| text.provider_ref.as_str()).collect();
    assert_eq!(refs, ["SM1", "SM2", "SM3"]);
    assert_eq!(texts[0].sent_at, Some(now()));
    let first = &peer.requests()[0];
    assert_eq!(
        first.target.split_once('?').unwrap().1,
        "DateSent%3E=2026-11-20T12%3A00%3A00Z&PageSize=100"
    );
    assert!(peer.requests().iter().all(|request| request.header("authorization").is_some()));
}

#[tokio::test]
async fn the_next_page_must_be_on_the_same_host() {
    let elsewhere = Peer::start(|_| Answer::json(200, json!({"messages": []}))).await;
    for uri in [format!("{}/x", elsewhere.url()), elsewhere.url().replacen("http:", "", 1)] {
        let page = json!({"messages": [], "next_page_uri": uri});
        let peer = Peer::start(move |_| Answer::json(200, &page)).await;
        assert_eq!(
            list(&peer).await,
            Err(ListError("next_page_uri leads to another host".to_owned()))
        );
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?Page=1");
    let peer =
        Peer::start(move |_| Answer::json(200, json!({"messages": [], "next_page_uri": path})))
            .await;
    assert_eq!(list(&peer).await, Err(ListError("the list does not end".to_owned())));
    assert_eq!(peer.requests().len(), 2);
}

/// Half a list would move the back-fill past what it never saw.
#[tokio::test]
async fn a_page_that_fails_fails_the_list() {
    for answer in [
        Answer::json(500, ""),
        Answer::json(429, ""),
        Answer::json(200, "<html>"),
        Answer::json(200, json!({"messages": null})),
        Answer::json(200, json!({"messages": [{"sid": 7}]})),
        Answer::Hangup,
        Answer::Torn { status: 200 },
        Answer::json(200, json!({"messages": [], "padding": "x".repeat(3 << 20)})),
    ] {
        let first = json!({
            "messages": [listed("SM1", "inbound", HANDSET, SENDER, "はい")],
            "next_page_uri": "?Page=1",
        });
        let peer = Peer::start(move |request| match request.target.contains("Page=1") {
            true => answer.clone(),
            false => Answer::json(200, &first),
        })
        .await;
        assert!(list(&peer).await.is_err());
        assert_eq!(peer.requests().len(), 2);
    }
    let twilio = Twilio::new(Clock::fixed_at(now()));
    let account = twilio_account(&closed_port().await);
    assert!(twilio.list_inbound(&account, since()).await.is_err());
}
