//! Reply forms: one box, one text.

use chrono::TimeDelta;
use reqwest::Method;

use super::headers;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::SATO;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn what_is_typed_into_a_form_lands_in_the_thread_once() {
    let app = TestApp::start().await;
    app.leaves_work();
    let thread = app.handset(HANDSET).sends("返品したい").await;
    let sato = app.sign_in(SATO).await;
    app.raw().execute("update senders set can_receive = false");
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(page.texts("#composer .hint").join("").contains("{返信フォーム}"), "it is offered");
    let sent = sato.reply(thread, "ご用件はこちらへ {返信フォーム}").await;
    let sent = app.api().message(sent).await["body"].as_str().unwrap().to_owned();
    let path = sent.split_once("https://henji.example.jp").expect("its address").1.to_owned();
    assert!(path.starts_with("/f/") && path.len() == 14, "{sent}");

    let visit = |method: Method, body: &'static str| {
        let request = app.http.request(method, format!("{}{path}", app.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::to(request.header("origin", "null").body(body))
    };
    for _ in 0..2 {
        let page = visit(Method::GET, "").await.expect(200);
        assert!(headers::missing(&page, &path).is_empty() && !page.text.contains("5678"));
    }
    visit(Method::POST, "body=+").await.expect(422);
    let long = app.http.post(format!("{}{path}", app.url)).form(&[("body", "あ".repeat(661))]);
    let long = Answer::to(long).await.expect(422);
    assert_eq!(long.texts("textarea")[0].chars().count(), 661, "what was typed comes back");
    let before = app.api().texts(thread).await.len();
    // Pressed twice, and once more with other words.
    visit(Method::POST, "body=%E5%9C%9F%E6%9B%9C%3Cb%3E").await.expect(200);
    visit(Method::POST, "body=%E5%9C%9F%E6%9B%9C%3Cb%3E").await.expect(200);
    visit(Method::POST, "body=other").await.expect(200);
    let texts = app.api().texts(thread).await;
    assert_eq!((texts.len(), texts.last().unwrap().as_str()), (before + 1, "土曜<b>"));
    let timeline = app.api().timeline(thread).await;
    let typed = timeline.iter().find(|line| line["body"] == "土曜<b>").unwrap();
    assert_eq!((&typed["channel"], &typed["direction"]), (&"web".into(), &"inbound".into()));
    let shown = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(shown.texts(".ev").join("").contains("返信フォームから届きました"));
    // Used, it is as gone as one that never was.
    app.advance(TimeDelta::minutes(10));
    let gone = visit(Method::POST, "body=late").await.expect(404);
    assert_eq!(visit(Method::GET, "").await.expect(404).text, gone.text);
    assert_eq!(app.api().texts(thread).await.len(), before + 1);
}

#[tokio::test]
async fn a_form_that_is_over_takes_nothing() {
    let app = TestApp::start().await;
    app.leaves_work();
    let thread = app.handset(HANDSET).sends("返品したい").await;
    let offered = app.store.write(move |tx| {
        let now = tx.now;
        henji::store::reply_forms::offer(tx, thread, now, TimeDelta::days(14))
    });
    let path = format!("{}/f/{}", app.url, offered.await.unwrap().as_str());
    app.advance(TimeDelta::days(14));
    Answer::to(app.http.get(&path)).await.expect(404);
    Answer::to(app.http.post(&path).form(&[("body", "late")])).await.expect(404);
    assert_eq!(app.api().texts(thread).await, ["返品したい"]);
    // A link's token is no form's, nor the other way round.
    let crossed = path.replace("/f/", "/l/");
    Answer::to(app.http.get(&crossed)).await.expect(404);
}
