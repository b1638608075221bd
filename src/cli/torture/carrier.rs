//! A carrier that lives on while henji is killed: the built-in simulator, in our
//! process, with a door for texts and a journal of the truth.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use actix_web::web::{Data, Json, Query};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::clock::Clock;
use crate::providers::simulator::remote::{Answer, Handed, Listed, PATH, SETTING};
use crate::providers::simulator::{FileJournal, Patience, Sealer, Simulator};
use crate::providers::{Account, Provider};

/// Its numbers and words are made up: whoever looks into a failed run can read them.
struct Open;

impl Sealer for Open {
    fn seal(&self, plain: &[u8]) -> std::io::Result<Vec<u8>> {
        Ok(plain.to_vec())
    }

    fn open(&self, sealed: &[u8]) -> std::io::Result<Vec<u8>> {
        Ok(sealed.to_vec())
    }
}

#[derive(Clone)]
pub struct Carrier {
    pub simulator: Arc<Simulator>,
    pub address: SocketAddr,
    /// Our number there.
    pub number: &'static str,
    door: Arc<Door>,
}

struct Door {
    simulator: Arc<Simulator>,
    /// Whether it tells what its handsets sent.
    lists: bool,
    account: OnceLock<Account>,
}

#[derive(Deserialize)]
struct Since {
    since: DateTime<Utc>,
}

impl Carrier {
    /// Opens for business; webhooks go to `hooks`.
    pub fn open(
        journal: &Path,
        hooks: SocketAddr,
        number: &'static str,
        patience: Patience,
        lists: bool,
    ) -> anyhow::Result<Self> {
        let journal = FileJournal::open(journal, Arc::new(Open))
            .with_context(|| format!("cannot open {}", journal.display()))?;
        let base = format!("http://{hooks}");
        let simulator = Simulator::start(Clock::default(), base, Arc::new(journal), patience)?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let account = OnceLock::new();
        let door = Arc::new(Door { simulator: simulator.clone(), lists, account });
        let data = Data::from(door.clone());
        let server = HttpServer::new(move || {
            let texts = web::resource(PATH).route(web::post().to(hand)).route(web::get().to(list));
            App::new().app_data(data.clone()).service(texts)
        });
        let server =
            server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
        tokio::spawn(server);
        Ok(Self { simulator, address, number, door })
    }

    /// Learns who it works for.
    pub fn serve(&self, mut account: Account) {
        // It carries by itself, and hands nothing on.
        account.settings.remove(SETTING);
        self.simulator.register(account.clone(), vec![self.number.to_owned()]);
        // A carrier of a run has one account.
        let _ = self.door.account.set(account);
    }
}

async fn hand(door: Data<Door>, handed: Json<Handed>) -> HttpResponse {
    let Some(account) = door.account.get() else { return HttpResponse::NotFound().finish() };
    let outcome = door.simulator.send(account, &handed.into_inner().sms()).await;
    match Answer::of(outcome) {
        Some(answer) => HttpResponse::Ok().json(answer),
        // Whether the text was taken cannot be told from this.
        None => HttpResponse::BadGateway().finish(),
    }
}

async fn list(door: Data<Door>, query: Query<Since>) -> HttpResponse {
    if !door.lists {
        return HttpResponse::NotFound().finish();
    }
    let sent = door.simulator.all_sent();
    let listed = sent.into_iter().filter(|text| text.at >= query.since).map(|text| Listed {
        id: text.provider_ref,
        from: text.from,
        to: text.to,
        body: text.body,
        at: text.at,
    });
    HttpResponse::Ok().json(listed.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::id::{MessageId, ProviderAccountId};
    use crate::providers::http::{Timeouts, loopback_client};
    use crate::providers::simulator::{Behaviour, remote};
    use crate::providers::{OutboundSms, Retry, SendError, Settings};
    use uuid::Uuid;

    fn account() -> Account {
        Account {
            id: ProviderAccountId(Uuid::from_u128(1)),
            settings: Settings::from([
                ("secret".to_owned(), "0123456789abcdef".to_owned()),
                // As the house has it; the carrier itself must not follow it.
                (SETTING.to_owned(), "http://127.0.0.1:1".to_owned()),
            ]),
            inbound_url: "http://127.0.0.1:1/hooks/simulator/t/inbound".to_owned(),
            receipts_url: "http://127.0.0.1:1/hooks/simulator/t/receipts".to_owned(),
            voice_url: "http://127.0.0.1:1/hooks/simulator/t/voice".to_owned(),
        }
    }

    fn sms() -> OutboundSms {
        OutboundSms {
            message_id: MessageId(Uuid::from_u128(2)),
            from: "+815011112222".to_owned(),
            to: "+819012345678".to_owned(),
            body: "お待ちください".to_owned(),
            expires_at: None,
        }
    }

    /// The trait's promises hold over the wire as they do within one process.
    #[actix_web::test]
    async fn a_text_is_taken_refused_or_nobody_can_tell() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = "127.0.0.1:1".parse().unwrap();
        let patience = Patience { all: Duration::ZERO, ..Patience::default() };
        let journal = folder.path().join("truth");
        let carrier = Carrier::open(&journal, nowhere, "+815011112222", patience, true).unwrap();
        carrier.serve(account());
        let http = loopback_client(Timeouts::default()).unwrap();
        let address = format!("http://{}", carrier.address);
        let (house, text) = (account(), sms());
        let send = || remote::send(&http, &address, &house, &text);
        let behave = |behaviour| carrier.simulator.set_behaviour(behaviour).unwrap();

        let taken = send().await.unwrap();
        assert_eq!(carrier.simulator.all_received()[0].provider_ref, taken.provider_ref);
        behave(Behaviour { throttle_every: 1, ..Behaviour::default() });
        let refused = send().await.unwrap_err();
        assert!(matches!(refused, SendError::Refused { retry: Retry::After(_), .. }), "{refused}");
        behave(Behaviour { reject_code: Some("blocked".into()), ..Behaviour::default() });
        let refused = send().await.unwrap_err();
        assert!(matches!(refused, SendError::Refused { retry: Retry::No, .. }), "{refused}");
        assert_eq!(carrier.simulator.all_received().len(), 1);
        behave(Behaviour { lose_response: true, ..Behaviour::default() });
        assert!(matches!(send().await, Err(SendError::Unknown { .. })));
        assert_eq!(carrier.simulator.all_received().len(), 2, "it arrived all the same");

        // Where nobody listens, nothing was taken.
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let gone = remote::send(&http, &format!("http://{gone}"), &account(), &sms()).await;
        assert!(matches!(gone, Err(SendError::Refused { retry: Retry::Soon, .. })), "{gone:?}");

        let ours = carrier.number;
        carrier.simulator.handset_sends("+819012345678", ours, "はい", None).unwrap();
        let since = Clock::default().now() - chrono::TimeDelta::minutes(1);
        let listed = remote::list(&http, &address, &account(), since).await.unwrap().unwrap();
        assert_eq!(listed[0].body, "はい");
    }
}
