//! Two agents at two nodes answer the same customer at the same moment.

use henji::domain::id::ConversationId;
use serde_json::Value;

use super::{EMAIL, PASSWORD, two_nodes};
use crate::support::answer::Answer;
use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::webhook::inbound;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_text_leaves_and_the_other_agent_is_told() {
    let Some((a, b)) = two_nodes(None).await else { return };
    let add = format!("user add tanaka@example.jp --name 田中 --role agent --inbox {}", a.inbox);
    a.run(&format!("{add} --password-stdin"), PASSWORD);
    let (sato, tanaka) = (at(&a, EMAIL).await, at(&b, "tanaka@example.jp").await);
    for round in 0..20 {
        let conversation = conversation_of(&a, round).await;
        let path = format!("/conversations/{conversation}");
        let page = sato.get(&path).await.expect(200);
        let seen = page.attribute("#composer [name=seen_seq]", "value").unwrap();
        let post = |browser: &Browser, body: &str| {
            let fields = [("body", body), ("seen_seq", seen.as_str())];
            Answer::to(browser.form(&format!("{path}/messages"), &fields))
        };
        let (one, other) = tokio::join!(post(&sato, "佐藤です"), post(&tanaka, "田中です"));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "round {round}");
        let (told, winner) =
            if one.status == 409 { (one, "田中です") } else { (other, "佐藤です") };
        assert_eq!(told.texts(".conflict .b"), [winner]);
        let found: Value = a.get(&format!("{path}/messages")).await;
        let outbound = |item: &&Value| item["direction"] == "outbound";
        assert_eq!(found["items"].as_array().unwrap().iter().filter(outbound).count(), 1);
    }
}

async fn at(node: &Binary, email: &str) -> Browser {
    let browser = Browser::at(node.http.clone(), &node.url, &node.public_url);
    browser.sign_in(email, PASSWORD).await;
    browser
}

async fn conversation_of(node: &Binary, round: usize) -> ConversationId {
    let body = inbound(&format!("REF{round}"), &format!("+8190333344{round:02}"), "?").to_string();
    let now = henji::clock::Clock::default().now();
    let posted = node.signer.request(&node.http, now, "inbound", body).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    let found = node.get("/conversations").await;
    found["items"][0]["id"].as_str().unwrap().parse().unwrap()
}
