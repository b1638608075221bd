//! 要対応: those who wait too long, before whoever can do something about it.

use chrono::TimeDelta;
use henji::domain::user::Sight;
use henji::jobs::{escalate_due, send_mail};
use henji::store::escalations::told_since;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{RECRUITING_NUMBER, SATO, SUZUKI, VIEWER, YAMADA};

const HANDSET: &str = "+819012345678";

/// After 20 minutes whoever answers, after 40 the supervisors.
async fn app_with_ladder() -> TestApp {
    let app = TestApp::start().await;
    let step = |seconds: i64, to: &str| json!({"trigger": "unanswered", "after_seconds": seconds, "to": [to]});
    let help = json!({"trigger": "help", "after_seconds": 0, "to": ["supervisors"]});
    let steps = json!([step(1200, "team"), step(2400, "supervisors"), help]);
    let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
    app.api().put(&path, json!({"hours": "always", "steps": steps})).await.expect(200);
    app
}

async fn after(app: &TestApp, minutes: i64) -> usize {
    app.advance(TimeDelta::minutes(minutes));
    let taken = escalate_due::run_one(app).await.unwrap();
    send_mail::run_one(app).await.unwrap();
    taken
}

/// The numbers of the views: overdue, soon, in hand, solved.
fn counts(page: &Answer) -> [String; 4] {
    let view = |word: &str| page.texts(&format!("#view-{word} .num")).concat();
    ["overdue", "soon", "in_hand", "solved"].map(view)
}

#[tokio::test]
async fn who_waits_is_seen_coming_told_of_taken_and_solved() {
    let app = app_with_ladder().await;
    let conversation = app.handset(HANDSET).sends("届いたURLが開けません").await;
    let (sato, suzuki) = (app.sign_in(SATO).await, app.sign_in(SUZUKI).await);
    let see = async |view: &str| {
        let page = sato.get(&format!("/escalations?view={view}")).await.expect(200);
        (counts(&page), page)
    };
    assert_eq!(after(&app, 4).await, 0);
    assert_eq!(see("soon").await.0, ["0", "0", "0", "0"], "there is time");
    assert_eq!(after(&app, 1).await, 0);
    let (numbers, page) = see("soon").await;
    assert_eq!(numbers, ["0", "1", "0", "0"]);
    assert!(page.texts(".held li")[0].contains("チームへ送る予定"), "{}", page.text);
    assert!(page.text.contains("届いたURLが開けません"));

    assert_eq!(after(&app, 15).await, 1);
    let (numbers, page) = see("overdue").await;
    assert_eq!(numbers, ["1", "0", "0", "0"]);
    let told = page.texts(".held .cases li");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("佐藤") && told[0].contains("送信済み"), "{told:?}");
    assert!(told[1].contains("責任者(SV)"), "{told:?}");

    // Who belongs elsewhere sees none of it, and who may only read has no buttons.
    let yamada = app.sign_in(YAMADA).await.get("/escalations").await.expect(200);
    assert_eq!(counts(&yamada), ["0", "0", "0", "0"]);
    let viewer = app.sign_in(VIEWER).await.get("/escalations").await.expect(200);
    assert!(viewer.texts(".held form").is_empty());

    // The next step need not be waited for, and is not taken again when its time comes.
    let path = format!("/conversations/{conversation}/escalation");
    let since = page.attribute("[name=since]", "value").unwrap();
    let next = [("source", "wait"), ("since", since.as_str()), ("view", "overdue")];
    sato.post(&path, &next).await.expect(303);
    sato.post(&path, &next).await.expect(409);
    assert_eq!(after(&app, 60).await, 0);
    let told = see("overdue").await.1.texts(".held .cases li");
    assert!(told[1].contains("鈴木"), "{told:?}");

    suzuki.post(&format!("/conversations/{conversation}/assignment"), &[]).await.expect(303);
    assert_eq!(see("in_hand").await.0, ["0", "0", "1", "0"]);
    suzuki.reply(conversation, "お調べします").await;
    let (numbers, page) = see("solved").await;
    assert_eq!(numbers, ["0", "0", "0", "1"]);
    assert!(page.texts(".held form").is_empty());
    app.settle().await;
}

#[tokio::test]
async fn a_ladder_is_stopped_with_a_reason() {
    let app = app_with_ladder().await;
    let conversation = app.handset(HANDSET).sends("もしもし").await;
    let sato = app.sign_in(SATO).await;
    assert_eq!(after(&app, 20).await, 1);
    let path = format!("/conversations/{conversation}/escalation");
    let stop = async |reason: &str| {
        let fields = [("_method", "DELETE"), ("reason", reason), ("view", "overdue")];
        sato.post(&path, &fields).await
    };
    let refused = stop(" ").await.expect(422);
    assert_eq!(refused.texts("#refusal"), ["止める理由を入力してください"]);
    stop("電話で話しました").await.expect(303);
    assert_eq!(after(&app, 60).await, 0, "nobody else is told");
    let page = sato.get("/escalations?view=in_hand").await.expect(200);
    assert_eq!(counts(&page), ["0", "0", "1", "0"]);
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines, ["escalated 3", "stopped"]);
    let thread = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert!(thread.text.contains("電話で話しました"));
    // The next wait begins anew.
    sato.reply(conversation, "またどうぞ").await;
    app.handset(HANDSET).sends("もうひとつ").await;
    assert_eq!(after(&app, 20).await, 1);
    // Who asks for help is on the board at once.
    sato.post(&format!("/conversations/{conversation}/help"), &[]).await.expect(303);
    let page = sato.get("/escalations").await.expect(200);
    assert_eq!(counts(&page)[0], "2");
    assert!(page.text.contains("助けの求め"));
    let part = sato.fragment("/escalations", "escalations").await.expect(200);
    assert!(!part.text.contains("<html") && part.text.contains("id=\"escalations\""));
    app.settle().await;
}

/// However much was told elsewhere, it takes no place from what somebody may see.
#[tokio::test]
async fn what_was_solved_elsewhere_hides_nothing() {
    let app = app_with_ladder().await;
    let path = format!("/inboxes/{}/escalation_policy", app.cast.recruiting);
    let step = json!({"trigger": "unanswered", "after_seconds": 60, "to": ["team"]});
    app.api().put(&path, json!({"hours": "always", "steps": [step]})).await.expect(200);
    let reception = app.handset(HANDSET).sends("もしもし").await;
    assert_eq!(after(&app, 20).await, 1);
    app.handset("+819012345679").sends_to(RECRUITING_NUMBER, "応募したいです", None).await;
    assert_eq!(after(&app, 1).await, 1, "the newest is told elsewhere");
    let from = app.clock.now() - TimeDelta::days(1);
    let newest = async |sight: Sight| {
        let read = app.store.read(move |db| told_since(db, &sight, from, 1));
        read.await.unwrap().into_iter().map(|(conversation, _)| conversation).collect::<Vec<_>>()
    };
    assert_ne!(newest(Sight::All).await, [reception]);
    assert_eq!(newest(Sight::Inboxes(vec![app.cast.reception])).await, [reception]);
    assert!(newest(Sight::Inboxes(Vec::new())).await.is_empty());
}
