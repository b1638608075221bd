//! Several nodes on one database behave as one (R6, R15): the real program, in
//! processes of its own, on PostgreSQL.

use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::test_db::is_postgres;

mod answers;
mod appointments;
mod broker;
mod crowd;
mod deliveries;
mod first_message;
mod ladders;
mod live;
mod presence;
mod rates;
mod sessions;
mod set_up;
mod timers;

const EMAIL: &str = "sato@example.jp";
const PASSWORD: &str = "correct horse battery";

/// Two nodes of one house that answer, with the broker of the tests if there is
/// one; `None` on SQLite, which has one node.
async fn two_nodes(broker: Option<&str>) -> Option<(Binary, Binary)> {
    if !is_postgres() {
        return None;
    }
    let mut a = Binary::set_up("warn");
    if let Some(url) = broker {
        a.use_nats(url);
    }
    let add = format!("user add {EMAIL} --name 佐藤 --role agent --inbox {}", a.inbox);
    a.run(&format!("{add} --password-stdin"), PASSWORD);
    let mut b = a.another();
    a.start();
    b.start();
    a.answers().await;
    b.answers().await;
    Some((a, b))
}

async fn sato_at(node: &Binary) -> Browser {
    let browser = Browser::at(node.http.clone(), &node.url, &node.public_url);
    browser.sign_in(EMAIL, PASSWORD).await;
    browser
}
