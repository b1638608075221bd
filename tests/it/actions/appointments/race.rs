//! More candidates than places: nobody gets a place twice, and nobody is left without
//! an answer.
//!
//! `TEST_CANDIDATES` says how many; the promise is about 200 for 50 places.

use std::collections::HashMap;

use super::*;

const CANDIDATES: usize = 40;

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
        let order = order(&app, &number, &[], json!({ "slots": slots }));
        let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
        offers.insert(number, offer);
    }
    app.settle().await;
    let handsets: Vec<_> = offers.keys().map(|number| app.handset(number)).collect();
    let answers = handsets.iter().enumerate().map(|(n, handset)| {
        handset.sends(if n % 2 == 0 { "1" } else { "２番でお願いします" })
    });
    join_all(answers).await;
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
