//! More candidates than places, by text, by their pages and through the API at once:
//! nobody gets a place twice, and nobody is left without an answer.
//!
//! `TEST_CANDIDATES` says how many; the promise is about 200 for 50 places.

use std::collections::HashMap;

use super::*;
use crate::support::answer::Answer;
use crate::support::cast::RECEPTION_NUMBER;

const CANDIDATES: usize = 40;

/// One of them answers, by one of the three ways, for the first or the second time.
async fn answers(app: &TestApp, n: usize, number: &str, offer: &Value) {
    let first = n.is_multiple_of(2);
    match n % 3 {
        0 => {
            let words = if first { "1" } else { "２番でお願いします" };
            app.handset(number).sends_to(RECEPTION_NUMBER, words, None).await;
        }
        1 => {
            let text = app.handset(number).received().pop().unwrap();
            let (_, path) = text.split_once("https://henji.example.jp").unwrap();
            let page = taps::tap(app, path, "slot", if first { "1" } else { "2" }).await;
            assert_eq!(page.texts("h1").len(), 1, "{}", page.text);
        }
        _ => {
            let path = format!("/appointment_offers/{}/booking", offer["id"].as_str().unwrap());
            let number = if first { 1 } else { 2 };
            let ask = || {
                let request = app.api().request(reqwest::Method::POST, &path);
                let request = request.json(&json!({ "number": number }));
                Answer::to(request.timeout(taps::PATIENCE))
            };
            let mut answer = ask().await;
            // A house that is busy says when to come back.
            while answer.status == 503 {
                answer = ask().await;
            }
            let outcome = answer.expect(200).json()["outcome"].as_str().unwrap().to_owned();
            assert!(["booked", "filled"].contains(&outcome.as_str()), "{outcome}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_place_is_given_once_and_all_others_are_offered_more() {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_CANDIDATES").ok();
    let candidates: usize = asked.map_or(CANDIDATES, |n| n.parse().expect("it is a number"));
    let app = TestApp::start().await;
    app.raw().execute("update senders set segments_per_second = 10000");
    // A quarter of them can be taken: two times, each with half of the places.
    let places = candidates / 4;
    let each = places / 2;
    let slots: Vec<Value> = ["2026-11-25T10:00:00+09:00", "2026-11-25T14:00:00+09:00"]
        .iter()
        .map(|at| json!({"starts_at": at, "capacity": each}))
        .collect();
    let mut offers = HashMap::new();
    for n in 0..candidates {
        let number = format!("+8190{:08}", 12_340_000 + n);
        let order = order(&app, &number, &[], json!({ "slots": slots, "include_page": true }));
        let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
        offers.insert(number, offer);
    }
    app.settle().await;
    let all: Vec<(usize, &String, &Value)> =
        offers.iter().enumerate().map(|(n, (number, offer))| (n, number, offer)).collect();
    join_all(all.into_iter().map(|(n, number, offer)| answers(&app, n, number, offer))).await;
    app.settle().await;

    let openings = app.raw().texts(
        "select cast(booked as text) || '/' || cast(capacity as text) as t \
         from appointment_openings where capacity > 1 and booked > 0",
    );
    assert_eq!(openings, vec![format!("{each}/{each}"); 2]);
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 2 * each as i64);
    let (mut booked, mut offered_again) = (0, 0);
    for (number, offer) in &offers {
        let state = shown(&app, offer).await;
        let texts = app.handset(number).received();
        assert_eq!(texts.len(), 2, "{number}: {texts:?}");
        match state["state"].as_str().unwrap() {
            "booked" => {
                assert!(texts[1].contains("で確定しました"), "{texts:?}");
                booked += 1;
            }
            "replaced" => {
                assert!(texts[1].contains("枠が埋まりました"), "{texts:?}");
                assert!(texts[1].contains("\n1) "), "{texts:?}");
                offered_again += 1;
            }
            other => panic!("{number} is {other}"),
        }
    }
    assert_eq!((booked, offered_again), (2 * each, candidates - 2 * each));
}
