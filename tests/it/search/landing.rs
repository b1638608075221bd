//! From a hit into its thread, and to a day.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;

use super::{HANDSET, page, said, thread};
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, YAMADA};

const LINES: usize = 150;

async fn history(app: &TestApp) -> ConversationId {
    let mut conversation = app.handset(HANDSET).sends("最初の一通").await;
    for n in 1..LINES {
        app.advance(TimeDelta::hours(2));
        conversation = app.handset(HANDSET).sends(&format!("{n:03}通目")).await;
    }
    conversation
}

/// The line that was landed on, and how many stand before and after it.
fn landed(page: &Answer) -> (String, usize, usize) {
    let all = page.texts("#scroll li.line .b");
    let found = page.texts("#scroll li.line.found .b");
    assert_eq!(found.len(), 1, "{found:?}");
    let at = all.iter().position(|line| *line == found[0]).unwrap();
    (found[0].clone(), at, all.len() - at - 1)
}

#[tokio::test]
async fn a_hit_leads_to_its_place_and_both_ways_from_there() {
    let app = TestApp::start().await;
    app.leaves_work();
    history(&app).await;
    let sato = app.sign_in(SATO).await;
    app.index().await;
    let found = page(&sato, "075通目").await;
    let href = found.attribute("ol.found a", "href").unwrap();
    let there = sato.get(href.split('#').next().unwrap()).await.expect(200);
    assert_eq!(landed(&there), ("075通目".into(), 30, 29));
    let anchor = href.split('#').nth(1).unwrap();
    let anchors = there.attribute("li.line.found", "id").unwrap();
    assert_eq!(anchors, anchor, "browsers without scripts go there by themselves");
    let bodies = async |link: &str| {
        let path = there.attribute(link, "href").unwrap();
        let path = path.split('#').next().unwrap();
        let lines = sato.fragment(path, "thread").await.expect(200).texts("li.line .b");
        (lines.first().unwrap().clone(), lines.last().unwrap().clone())
    };
    assert_eq!(bodies("#older").await, ("最初の一通".into(), "044通目".into()));
    assert_eq!(bodies("#newer").await.0, "105通目");
    // Near the ends there is nothing more to load.
    let first = page(&sato, "最初").await.attribute("ol.found a", "href").unwrap();
    let first = sato.get(&first).await.expect(200);
    assert_eq!(landed(&first), ("最初の一通".into(), 0, 29));
    assert!(first.attribute("#older", "href").is_none());
    let last = page(&sato, "149通目").await.attribute("ol.found a", "href").unwrap();
    let last = sato.get(&last).await.expect(200);
    assert_eq!(landed(&last), ("149通目".into(), 30, 0));
    assert!(last.attribute("#newer", "href").is_none());
}

#[tokio::test]
async fn a_day_is_gone_to_in_the_inboxs_time() {
    let app = TestApp::start().await;
    app.leaves_work();
    // 2026-11-22 07:50 in Tokyo, and every two hours on: midnight is before the ninth.
    let conversation = history(&app).await;
    let sato = app.sign_in(SATO).await;
    let at = async |day: &str| sato.get(&thread(conversation, &format!("at={day}"))).await;
    assert_eq!(landed(&at("2026-11-23").await.expect(200)).0, "009通目");
    assert_eq!(landed(&at("2026-11-01").await.expect(200)).0, "最初の一通");
    assert_eq!(landed(&at("2027-01-01").await.expect(200)).0, "149通目", "the last there is");
    let odd = at("tomorrow").await.expect(200);
    assert!(odd.texts("li.line.found").is_empty(), "what is no day is passed over");
    assert_eq!(odd.texts("#jump-menu input[name=at]").len(), 1);
}

#[tokio::test]
async fn no_address_leads_into_a_strangers_thread() {
    let app = TestApp::start().await;
    app.leaves_work();
    let (sato, yamada) = (app.sign_in(SATO).await, app.sign_in(YAMADA).await);
    let conversation = app.handset(HANDSET).sends("受付の話").await;
    let other = app.handset("+819077776666").sends("別の人の話").await;
    app.index().await;
    assert_eq!(said(&sato, "受付").await.len(), 1);
    let href = page(&sato, "受付").await.attribute("ol.found a", "href").unwrap();
    yamada.get(&href).await.expect(404);
    yamada.get(&thread(conversation, "at=2026-11-22")).await.expect(404);
    // A message of another conversation is no place in this one.
    let message = href.split(['=', '#']).nth(1).unwrap().to_owned();
    let elsewhere = sato.get(&thread(other, &format!("m={message}"))).await.expect(200);
    assert_eq!(found_lines(&elsewhere), 0);
    assert_eq!(elsewhere.texts("#scroll li.line .b"), ["別の人の話"]);
    assert_eq!(found_lines(&marked(&sato, conversation, &message).await), 1);
}

async fn marked(reader: &Browser, conversation: ConversationId, message: &str) -> Answer {
    reader.get(&thread(conversation, &format!("m={message}"))).await.expect(200)
}

fn found_lines(page: &Answer) -> usize {
    page.texts("li.line.found").len()
}
