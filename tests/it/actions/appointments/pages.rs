//! The same by hand: a week of boxes, the text as it would be sent, one key to accept.

use super::*;
use crate::support::answer::Answer;
use crate::support::cast::{SATO, YAMADA};

pub fn values(page: &Answer, selector: &str) -> Vec<String> {
    let selector = scraper::Selector::parse(selector).unwrap();
    let html = page.html();
    let found = html.select(&selector).filter_map(|element| element.value().attr("value"));
    found.map(str::to_owned).collect()
}

#[tokio::test]
async fn times_are_chosen_looked_at_and_sent_without_scripts() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANAKO).sends("応募しました").await;
    let sato = app.sign_in(SATO).await;
    let address = format!("/conversations/{conversation}/offer");
    let page = sato.get(&address).await.expect(200);
    let boxes = values(&page, "input[name=slot]");
    // Sunday: the week that begins tomorrow.
    assert!(boxes.contains(&"2026-11-25T05:00:00+00:00".to_owned()), "{boxes:?}");
    let form = |more: (&'static str, &'static str)| {
        [
            ("title", "一次面接"),
            ("minutes", "30"),
            ("capacity", "1"),
            ("auto_confirm", "1"),
            ("week", "2026-11-23"),
            ("client_message_id", "0197a0c0-0000-7000-8000-0000000000aa"),
            ("slot", "2026-11-25T05:00:00+00:00"),
            ("slot", "2026-11-26T09:30:00+00:00"),
            more,
        ]
    };
    let looked = sato.post(&address, &form(("look", "1"))).await.expect(200);
    assert!(looked.text.contains("1) 11/25(水)14:00"), "the text as it would be sent");
    assert_eq!(app.raw().count("appointment_offers", ""), 0, "nothing is sent by looking");
    let other_week = sato.post(&address, &form(("go", "2026-11-30"))).await.expect(200);
    assert_eq!(values(&other_week, "input[type=hidden][name=slot]").len(), 2);

    // Twice, by somebody with a quick finger.
    for _ in 0..2 {
        sato.post(&address, &form(("send", "1"))).await.expect(303);
    }
    app.settle().await;
    assert_eq!(app.handset(HANAKO).received().len(), 1);
    let board = sato.get("/appointments").await.expect(200);
    assert!(board.texts("#view-waiting")[0].contains('1'));

    app.handset(HANAKO).sends("1でお願いしたいのですが、車で行っても良いですか").await;
    let thread = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert_eq!(values(&thread, "button[name=slot]").first().map(String::as_str), Some("1"));
    let accept = format!("/conversations/{conversation}/appointment");
    sato.post(&accept, &[("slot", "1")]).await.expect(303);
    app.settle().await;
    assert!(app.handset(HANAKO).received()[1].contains("11/25(水)14:00で確定しました"));
    let board = sato.get("/appointments?view=booked").await.expect(200);
    assert!(board.texts("ul.held li")[0].contains("11/25(水) 14:00"));
    sato.delete(&accept).await.expect(303);
    app.settle().await;
    assert!(app.handset(HANAKO).received()[2].contains("取り消し"));
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 0);
}

#[tokio::test]
async fn what_cannot_be_offered_stands_beside_its_field() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANAKO).sends("応募しました").await;
    let sato = app.sign_in(SATO).await;
    let address = format!("/conversations/{conversation}/offer");
    let refused = sato
        .post(&address, &[("minutes", "30"), ("capacity", "1"), ("send", "1")])
        .await
        .expect(422);
    assert!(!refused.texts("#title-hint.wrong").is_empty());
    let refused = sato
        .post(&address, &[("title", "面接"), ("minutes", "30"), ("capacity", "1"), ("send", "1")])
        .await
        .expect(422);
    assert!(!refused.texts("#slots-hint.wrong").is_empty());
    assert!(values(&refused, "input#title").contains(&"面接".to_owned()));
}

/// R6: what is another team's is nowhere.
#[tokio::test]
async fn who_may_not_see_the_inbox_sees_none_of_it() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    let conversation = offer["conversation_id"].as_str().unwrap();
    let yamada = app.sign_in(YAMADA).await;
    let board = yamada.get("/appointments").await.expect(200);
    assert!(board.texts("ul.held li").is_empty());
    yamada.get(&format!("/conversations/{conversation}/offer")).await.expect(404);
    yamada
        .post(&format!("/conversations/{conversation}/appointment"), &[("slot", "1")])
        .await
        .expect(404);
}

/// A week and a day of what is booked, for those who see the inbox.
#[tokio::test]
async fn what_is_booked_stands_under_its_day() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({"interviewer_email": "sato@example.jp"})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    let sato = app.sign_in(SATO).await;
    let week = sato.get("/appointments/days?from=2026-11-27").await.expect(200);
    assert_eq!(week.texts("h2.h3").len(), 7);
    let booked = week.texts("ul[aria-labelledby='day-2026-11-25'] li");
    assert_eq!(booked.len(), 1, "{}", week.text);
    assert!(booked[0].starts_with("14:00–14:30") && booked[0].contains("一次面接"), "{booked:?}");
    assert!(week.texts("ul.held li") == booked, "once, and on no other day");
    for (day, many) in [("2026-11-25", 1), ("2026-11-24", 0), ("2026-11-26", 0)] {
        let path = format!("/appointments/days?span=day&from={day}");
        let page = sato.get(&path).await.expect(200);
        assert_eq!((page.texts("h2.h3").len(), page.texts("ul.held li").len()), (1, many), "{day}");
    }
    let next = sato.get("/appointments/days?from=2026-12-01").await.expect(200);
    assert!(next.texts("ul.held li").is_empty());
    // Nobody took it as theirs, so that it is not among one's own.
    let mine = sato.get("/appointments/days?from=2026-11-25&mine=1").await.expect(200);
    assert!(mine.texts("ul.held li").is_empty());
    // Who sees other inboxes only sees none of it.
    let yamada = app.sign_in(crate::support::cast::YAMADA).await;
    let theirs = yamada.get("/appointments/days?from=2026-11-25").await.expect(200);
    assert!(theirs.texts("ul.held li").is_empty());
    assert_eq!(shown(&app, &offer).await["state"], "booked");
}
