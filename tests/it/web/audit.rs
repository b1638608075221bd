//! The audit log, narrowed to what somebody looks for.

use chrono::TimeDelta;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, AUDITOR, SATO, TANAKA};

const LOG: &str = "/settings/audit";

#[tokio::test]
async fn the_log_is_narrowed_by_who_what_when_and_on_which_thing() {
    let app = TestApp::start().await;
    let conversation = app.handset("+819012345678").sends("お願いします").await;
    let other = app.handset("+819022223333").sends("別の件です").await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let close = |id| format!("/conversations/{id}/closure");
    sato.post(&close(conversation), &[]).await.expect(303);
    tanaka.post(&close(other), &[]).await.expect(303);
    app.advance(TimeDelta::days(1));
    let tanaka = app.sign_in(TANAKA).await;
    tanaka.delete(&close(conversation)).await.expect(303);

    let auditor = app.sign_in(AUDITOR).await;
    let did = async |query: &str| -> Vec<String> {
        let page = auditor.get(&format!("{LOG}?{query}")).await.expect(200);
        let (who, what) = (page.texts("tbody th"), page.texts("tbody .did"));
        who.iter().zip(what).map(|(who, what)| format!("{who} {what}")).collect()
    };
    let sato_id = app.cast.id(SATO);
    let of_sato = did(&format!("actor={sato_id}&action=conversation")).await;
    assert_eq!(of_sato, ["佐藤 花 対応済みにする"]);
    let told = did(&format!("object={conversation}")).await;
    assert_eq!(told[0], "田中 一郎 対応の再開");
    assert!(told.contains(&"佐藤 花 対応済みにする".to_owned()), "{told:?}");
    let closed = did("action=conversation.close").await;
    assert_eq!(closed, ["田中 一郎 対応済みにする", "佐藤 花 対応済みにする"]);
    // The clock of the tests says 22 November, 7:50 in Tokyo; a day has gone by.
    let second = did("action=conversation&since=2026-11-23&until=2026-11-23").await;
    assert_eq!(second, ["田中 一郎 対応の再開"]);
    assert!(did("action=conversation&until=2026-11-21").await.is_empty());
    assert!(did("actor=operator").await.iter().all(|entry| entry.starts_with("コマンドライン")));
    assert_eq!(did("actor=nobody&since=yesterday").await.len(), did("").await.len());
}

#[tokio::test]
async fn a_narrowed_log_is_read_to_its_end_page_by_page() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let conversation = app.handset("+819012345678").sends("何度も").await;
    let sato = app.sign_in(SATO).await;
    let path = format!("/conversations/{conversation}/closure");
    for _ in 0..30 {
        sato.post(&path, &[]).await.expect(303);
        sato.delete(&path).await.expect(303);
    }
    let (mut found, mut next) = (Vec::new(), Some(format!("{LOG}?object={conversation}")));
    while let Some(path) = next {
        let page = admin.get(&path).await.expect(200);
        assert!(page.attribute("#object option[selected]", "value").is_some(), "{path}");
        found.extend(page.texts("tbody td[data-label='#']"));
        next = page.attribute(".more a", "href");
    }
    let mut once = found.clone();
    once.dedup();
    assert_eq!((found.len(), once.len()), (60, 60), "{found:?}");
}
