//! Pages follow each other without a gap or a repetition, ties of time and all.

use std::collections::BTreeSet;

use henji::domain::id::ConversationId;
use henji::domain::user::Sight;
use henji::store::conversations::{self, Query, View};
use henji::store::messages::{self, Position};
use serde_json::Value;

use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_timeline_of_one_instant_is_read_whole_both_ways() {
    let app = TestApp::start().await;
    let conversation = texts(&app, 41).await;
    let everything = app.api().texts(conversation).await;
    assert_eq!(everything.len(), 41);

    for limit in [1, 7, 40, 41, 42] {
        let (mut back, mut at): (Vec<String>, Option<Position>) = (Vec::new(), None);
        loop {
            let read = app.store.read(move |db| messages::page_before(db, conversation, at, limit));
            let page = read.await.unwrap();
            let Some(first) = page.first() else { break };
            at = Some(first.position());
            back.splice(0..0, page.into_iter().map(|message| message.body));
        }
        assert_eq!(back, everything, "backwards by {limit}");

        let mut forth = Vec::new();
        let mut at = Position { at: chrono::DateTime::UNIX_EPOCH, id: uuid::Uuid::nil() };
        loop {
            let read = app.store.read(move |db| messages::page_after(db, conversation, at, limit));
            let page = read.await.unwrap();
            let Some(last) = page.last() else { break };
            at = last.position();
            forth.extend(page.into_iter().map(|message| message.body));
        }
        assert_eq!(forth, everything, "forwards by {limit}");
    }
}

#[tokio::test]
async fn the_list_of_one_instant_is_read_whole() {
    let app = TestApp::start().await;
    for n in 0..25 {
        let body = inbound(&format!("SIM{n}"), &format!("+8190111100{n:02}"), "?");
        app.webhook("inbound", &body).await.expect(200);
    }
    for view in [View::NotClosed, View::Waiting, View::Unassigned] {
        for limit in [1, 4, 24, 25, 26] {
            let mut found = Vec::new();
            let mut after = None;
            loop {
                let query = Query {
                    sight: Sight::All,
                    inbox: None,
                    among: None,
                    tag: None,
                    view,
                    after,
                    limit,
                };
                let page = app.store.read(move |db| conversations::list(db, &query)).await.unwrap();
                found.extend(page.rows.iter().map(|row| row.id.0));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let different: BTreeSet<_> = found.iter().collect();
            assert_eq!((found.len(), different.len()), (25, 25), "{view:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn programs_page_both_ways_too() {
    let app = TestApp::start().await;
    let conversation = texts(&app, 23).await;
    let everything = app.api().texts(conversation).await;
    let path = format!("/conversations/{conversation}/messages?limit=5");
    let body = |line: &Value| line["body"].as_str().unwrap().to_owned();
    let newest = app.api().get(&path).await.expect(200).json();
    let mut pages = vec![newest["items"].as_array().unwrap().clone()];
    let mut next = newest["next"].clone();
    while let Some(before) = next.as_str() {
        let page = app.api().get(&format!("{path}&before={before}")).await.expect(200).json();
        pages.push(page["items"].as_array().unwrap().clone());
        next = page["next"].clone();
    }
    let back: Vec<String> = pages.iter().rev().flatten().map(body).collect();
    assert_eq!(back, everything);

    let first = pages.last().unwrap()[0]["id"].clone();
    let (mut forth, mut next) = (vec![everything[0].clone()], first);
    while let Some(after) = next.as_str() {
        let page = app.api().get(&format!("{path}&after={after}")).await.expect(200).json();
        forth.extend(page["items"].as_array().unwrap().iter().map(body));
        next = page["next"].clone();
    }
    assert_eq!(forth, everything);
}

#[tokio::test]
async fn pages_of_a_thread_lead_to_its_beginning() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = texts(&app, 130).await;
    let mut found: Vec<String> = Vec::new();
    let mut path = format!("/conversations/{conversation}");
    loop {
        let page = sato.get(&path).await.expect(200);
        found.splice(0..0, page.texts(".msgs .b"));
        match page.attribute("#older", "href") {
            Some(older) => path = older.split('#').next().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(found, app.api().texts(conversation).await);
}

/// So many texts of one handset, all at the same instant of the house's clock.
async fn texts(app: &TestApp, count: usize) -> ConversationId {
    for n in 0..count {
        let body = inbound(&format!("SIM{n}"), HANDSET, &format!("本文{n:03}"));
        app.webhook("inbound", &body).await.expect(200);
    }
    app.handset(HANDSET).conversation().await
}
