//! A board of very many shows so many of each kind, and which.

use std::collections::BTreeMap;

use henji::domain::id::OfferId;
use henji::store::appointment_offers::{self, Offer};

use super::*;
use crate::support::cast::SUZUKI;

const DECLINES: [&str; 3] = ["+819020000001", "+819020000002", "+819020000003"];
const ASKS: [&str; 3] = ["+819020000011", "+819020000012", "+819020000013"];
const SILENT: [&str; 3] = ["+819020000021", "+819020000022", "+819020000023"];
const EARLY: [&str; 3] = ["+819020000031", "+819020000032", "+819020000033"];
const COMES: [&str; 3] = ["+819020000041", "+819020000042", "+819020000043"];

/// Three of each kind, each at a minute of its own, the first the oldest. Who comes is met
/// on three days from the 27th on; who comes early, before that.
async fn fill(app: &TestApp) -> BTreeMap<&'static str, OfferId> {
    // Nodes agree on a sender's rate by the database's own clock, which nobody moves here.
    app.raw().execute("update senders set segments_per_second = 1000");
    let mut offers = BTreeMap::new();
    for (kind, says) in [
        (DECLINES, Some("辞退します")),
        (ASKS, Some("少し考えさせてください")),
        (SILENT, None),
        (EARLY, Some("1")),
        (COMES, Some("1")),
    ] {
        for (n, number) in (0..).zip(kind) {
            let day = if kind == EARLY { 24 } else { 27 } + n;
            let starts = format!("2026-11-{day}T10:00:00+09:00");
            let slots = json!({"slots": [{"starts_at": starts, "capacity": 9}]});
            let reply_by = json!("2026-12-20T10:00:00+09:00");
            let mut order = order(app, number, &[], slots);
            order["reply_by"] = reply_by;
            let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
            app.settle().await;
            if let Some(says) = says {
                app.handset(number).sends(says).await;
                app.settle().await;
            }
            offers.insert(number, OfferId(id(&offer["id"])));
            app.advance(TimeDelta::minutes(1));
        }
    }
    offers
}

#[tokio::test]
async fn each_kind_has_its_own_limit_and_shows_the_newest_or_the_nearest() {
    let app = TestApp::start().await;
    let offers = fill(&app).await;
    // The first three are met, and the candidates of the others still come.
    app.advance(at("2026-11-26T12:00:00+09:00") - app.now());
    let (seen, now) = (vec![app.cast.reception], app.now());
    let board = |limit: i64| {
        let seen = seen.clone();
        app.store.read(move |db| appointment_offers::on_board(db, &seen, now, limit))
    };
    let ids = |board: Vec<Offer>| {
        let mut ids: Vec<OfferId> = board.iter().map(|offer| offer.id).collect();
        ids.sort();
        ids
    };
    let of = |numbers: &[&str]| {
        let mut ids: Vec<OfferId> = numbers.iter().map(|number| offers[number]).collect();
        ids.sort();
        ids
    };
    let all = [DECLINES, ASKS, SILENT, EARLY, COMES].concat();
    assert_eq!(ids(board(3).await.unwrap()), of(&all));
    // The newest of what was asked; what is met next, and what was met last.
    let two = [&DECLINES[1..], &ASKS[1..], &SILENT[1..], &EARLY[1..], &COMES[..2]].concat();
    assert_eq!(ids(board(2).await.unwrap()), of(&two));
    let newest_first = board(3).await.unwrap();
    assert!(newest_first.is_sorted_by(|one, next| one.created_at > next.created_at));
    // Days show what begins first.
    let window = at("2026-11-20T00:00:00+09:00")..at("2026-12-01T00:00:00+09:00");
    let days = app.store.read(move |db| appointment_offers::booked_between(db, &seen, window, 4));
    let days: Vec<OfferId> = days.await.unwrap().iter().map(|offer| offer.id).collect();
    let first = [&EARLY[..], &COMES[..1]].concat();
    assert_eq!(days, first.iter().map(|number| offers[number]).collect::<Vec<_>>());
    // The page has each kind where it belongs.
    let suzuki = app.sign_in(SUZUKI).await;
    for (view, many) in [("waiting", 3), ("person", 3), ("booked", 3), ("done", 6)] {
        let page = suzuki.get(&format!("/appointments?view={view}")).await.expect(200);
        assert_eq!(page.texts("ul.held li").len(), many, "{view}");
    }
}
