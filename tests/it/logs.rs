//! What the program says about itself, at its most talkative, holds nobody's
//! words, numbers, names or keys (T-LOG-2).

use henji::clock::Clock;
use reqwest::Method;
use serde_json::json;

use crate::support::answer::Answer;
use crate::support::binary::Binary;
use crate::support::webhook::{Signer, inbound};

const HANDSET: &str = "+819071717171";
const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn at_trace_the_log_holds_no_secret() {
    let mut house = Binary::set_up("trace");
    house.start();
    house.answers().await;
    let cookie = a_day_of_work(&house).await;
    let metrics = Answer::to(house.http.get(format!("{}/metrics", house.url))).await.expect(200);
    house.kill();
    let log = house.log();
    assert!(log.lines().count() > 50, "hardly anything was logged:\n{log}");
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "not at its most talkative");
    let secrets = [
        "カナリアの本文",
        "カナリアの返事",
        "カナリアの名前",
        "カナリアの社内メモ",
        "カナリアの偽造",
        HANDSET,
        "09071717171",
        "819071717171",
        PASSWORD,
        "not the right password",
        "admin@example.jp",
        &house.token,
        &house.signer.token,
        &house.signer.secret,
        cookie.split_once('=').unwrap().1,
    ];
    let told: Vec<_> = secrets.iter().filter(|secret| log.contains(**secret)).collect();
    assert!(told.is_empty(), "the log tells {told:?}:\n{}", around(&log, told[0]));
    let told: Vec<_> = secrets.iter().filter(|secret| metrics.text.contains(**secret)).collect();
    assert!(told.is_empty(), "the metrics tell {told:?}");
    // What it should tell: a webhook that failed its check, without its words.
    assert!(log.contains("failed its check"), "{log}");
}

/// Everything that may be said to it: in, out, renamed, noted, forged, mistyped.
async fn a_day_of_work(house: &Binary) -> String {
    let now = || Clock::default().now();
    let text = inbound("REF1", HANDSET, "カナリアの本文").to_string();
    Answer::to(house.signer.request(&house.http, now(), "inbound", text)).await.expect(200);
    let forged = Signer { secret: "somebody else's secret".into(), ..house.signer.clone() };
    let text = inbound("REF2", HANDSET, "カナリアの偽造").to_string();
    Answer::to(forged.request(&house.http, now(), "inbound", text)).await.expect(403);
    let order = json!({"inbox_id": house.inbox, "to": HANDSET, "body": "カナリアの返事"});
    let sent =
        Answer::to(house.api(Method::POST, "/messages").json(&order)).await.expect(201).json();
    let conversation = sent["conversation_id"].as_str().unwrap();
    let refused =
        json!({"inbox_id": house.inbox, "to": HANDSET, "body": "カナリアの本文", "odd": 1});
    Answer::to(house.api(Method::POST, "/messages").json(&refused)).await.expect(422);

    let post =
        |path: &str| house.http.post(format!("{}{path}", house.url)).header("origin", &house.url);
    let wrong = [("email", "admin@example.jp"), ("password", "not the right password")];
    Answer::to(post("/session").form(&wrong)).await.expect(422);
    let right = [("email", "admin@example.jp"), ("password", PASSWORD)];
    let signed_in = Answer::to(post("/session").form(&right)).await.expect(303);
    let cookie = crate::support::browser::cookie(&signed_in, "sid").unwrap();
    let get = |path: &str| house.http.get(format!("{}{path}", house.url)).header("cookie", &cookie);
    let page = Answer::to(get(&format!("/conversations/{conversation}"))).await.expect(200);
    let csrf = page.attribute("meta[name=csrf]", "content").unwrap();
    let send = |path: &str, field: &str, value: &str, method: &str| {
        let fields = [(field, value), ("csrf", &csrf), ("_method", method)];
        post(&format!("/conversations/{conversation}{path}"))
            .header("cookie", &cookie)
            .form(&fields)
    };
    Answer::to(send("/contact", "name", "カナリアの名前", "PUT")).await.expect(303);
    Answer::to(send("/notes", "body", "カナリアの社内メモ", "")).await.expect(303);
    Answer::to(send("/messages", "body", "カナリアの返事", "")).await.expect(303);
    Answer::to(send("/messages", "body", "", "")).await.expect(422);
    Answer::to(get("/settings/quarantine")).await.expect(200);
    // The first text is on its way; it must have left before the log is read.
    let handset = format!("/simulator/handsets/{HANDSET}");
    while house.get(&handset).await["items"].as_array().unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    cookie
}

/// The lines that hold it.
fn around(log: &str, secret: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).take(5).collect();
    lines.join("\n")
}
