//! The simulated carrier, from the handset to our door and back.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use henji::clock::Clock;
use henji::domain::delivery::{Reason, ReceiptStatus};
use henji::domain::id::MessageId;
use henji::domain::inbound::{InboundMessage, Receipt};
use henji::providers::simulator::{
    Behaviour, HandsetError, Journal, MemoryJournal, Patience, ReceiptKind, Simulator,
};
use henji::providers::{HookRequest, OutboundSms, Provider, Retry, SendError};
use uuid::Uuid;

use super::contract::{HANDSET, SENDER, message_id, sms};
use super::journal;
use super::peer::{Answer, Peer, PeerRequest};
use super::rigs::{now, simulator_account};

const INBOUND: &str = "/hooks/simulator/t0ken/inbound";

fn patience() -> Patience {
    let short = Duration::from_millis(1);
    Patience { first: short, longest: short, all: Duration::from_secs(60), hold: short }
}

/// A carrier and the door it posts to, which verifies and parses as henji does.
struct Scene {
    simulator: Arc<Simulator>,
    door: Peer,
    clock: Clock,
}

impl Scene {
    async fn with(journal: Arc<dyn Journal>, patience: Patience, door: Peer) -> Self {
        let clock = Clock::fixed_at(now());
        let simulator = Simulator::start(clock.clone(), door.url(), journal, patience).unwrap();
        simulator.register(simulator_account(), vec![SENDER.to_owned()]);
        Self { simulator, door, clock }
    }

    async fn answering(answer: impl Fn(&PeerRequest) -> Answer + Send + Sync + 'static) -> Self {
        let door = Peer::start(answer).await;
        Self::with(Arc::new(MemoryJournal::default()), patience(), door).await
    }

    async fn start() -> Self {
        Self::answering(|_| Answer::status(200)).await
    }

    fn behave(&self, behaviour: Behaviour) {
        self.simulator.set_behaviour(behaviour).unwrap();
    }

    fn handset_sends(&self, body: &str) -> String {
        self.simulator.handset_sends(HANDSET, SENDER, body, None).unwrap()
    }

    async fn send(&self, sms: &OutboundSms) -> Result<String, SendError> {
        let accepted = self.simulator.send(&simulator_account(), sms).await;
        accepted.map(|accepted| accepted.provider_ref)
    }

    fn requests(&self, path: &str) -> Vec<HookRequest> {
        let requests = self.door.requests().into_iter();
        requests.filter(|request| request.target == path).map(|r| self.hook_request(r)).collect()
    }

    fn hook_request(&self, request: PeerRequest) -> HookRequest {
        let request = HookRequest {
            method: request.method,
            url: format!("https://inbox.example.jp{}", request.target),
            headers: request.headers,
            body: request.body.into(),
            received_at: self.clock.now(),
        };
        self.simulator.verify(&simulator_account(), &request).unwrap();
        request
    }

    fn texts(&self) -> Vec<InboundMessage> {
        let requests = self.requests(INBOUND);
        requests.iter().map(|r| self.simulator.parse_inbound(r).unwrap().remove(0)).collect()
    }

    fn bodies(&self) -> Vec<String> {
        self.texts().into_iter().map(|text| text.body).collect()
    }

    fn receipts(&self) -> Vec<Receipt> {
        let requests = self.requests("/hooks/simulator/t0ken/receipts");
        requests.iter().map(|r| self.simulator.parse_receipts(r).unwrap().remove(0)).collect()
    }
}

#[tokio::test]
async fn what_a_handset_sends_comes_to_our_door_signed_and_in_order() {
    let scene = Scene::start().await;
    let texts: Vec<String> = (0..20).map(|number| format!("{number}通目")).collect();
    let refs: Vec<String> = texts.iter().map(|text| scene.handset_sends(text)).collect();
    scene.simulator.idle().await;
    assert_eq!(scene.bodies(), texts);
    let received = scene.texts();
    assert_eq!(received.iter().map(|text| text.provider_ref.clone()).collect::<Vec<_>>(), refs);
    assert_eq!((received[0].from.as_str(), received[0].to.as_str()), (HANDSET, SENDER));
    assert_eq!(received[0].sent_at, Some(now()));
    assert!(scene.simulator.handset_sent(HANDSET).iter().all(|text| text.acknowledged));
}

#[tokio::test]
async fn what_we_send_is_on_the_handset_and_a_receipt_comes_back() {
    let scene = Scene::start().await;
    let provider_ref = scene.send(&sms()).await.unwrap();
    scene.simulator.idle().await;
    let screen = scene.simulator.handset(HANDSET);
    assert_eq!(screen.len(), 1);
    assert_eq!(screen[0].provider_ref, provider_ref);
    assert_eq!(screen[0].reference, message_id());
    assert_eq!((screen[0].from.as_str(), screen[0].body.as_str()), (SENDER, "面接は14時からです"));
    assert_eq!(screen[0].at, now());
    let receipts = scene.receipts();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].status, ReceiptStatus::Delivered);
    assert_eq!(receipts[0].message_id, Some(message_id()));
    assert_eq!(receipts[0].provider_ref, provider_ref);
    assert!(scene.simulator.handset("+818099999999").is_empty());
}

#[tokio::test]
async fn the_network_may_fail_or_say_nothing() {
    let scene = Scene::start().await;
    scene.behave(Behaviour { receipt: ReceiptKind::Undelivered, ..Behaviour::default() });
    scene.send(&sms()).await.unwrap();
    scene.behave(Behaviour { receipt: ReceiptKind::None, ..Behaviour::default() });
    scene.send(&sms()).await.unwrap();
    scene.simulator.idle().await;
    let receipts = scene.receipts();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].status, ReceiptStatus::Undelivered);
    assert_eq!(receipts[0].reason, Some(Reason::OutOfRange));
}

#[tokio::test]
async fn a_delayed_receipt_is_not_early() {
    let scene = Scene::start().await;
    scene.behave(Behaviour { delay_ms: 80, ..Behaviour::default() });
    let started = Instant::now();
    scene.send(&sms()).await.unwrap();
    assert!(scene.receipts().is_empty());
    scene.simulator.idle().await;
    assert!(started.elapsed() >= Duration::from_millis(80));
    assert_eq!(scene.receipts().len(), 1);
}

#[tokio::test]
async fn duplicates_are_the_same_text_twice() {
    let scene = Scene::start().await;
    scene.behave(Behaviour { duplicate: true, ..Behaviour::default() });
    scene.handset_sends("一度だけ");
    scene.send(&sms()).await.unwrap();
    scene.simulator.idle().await;
    let texts = scene.texts();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0], texts[1]);
    let receipts = scene.receipts();
    assert_eq!(receipts.len(), 2);
    assert_eq!(receipts[0].dedupe_key, receipts[1].dedupe_key);
    assert_eq!(scene.simulator.all_sent().len(), 1);
}

#[tokio::test]
async fn the_id_of_an_earlier_text_delivers_it_again() {
    let scene = Scene::start().await;
    for _ in 0..3 {
        let id = Some("SIM-again".to_owned());
        let given = scene.simulator.handset_sends(HANDSET, SENDER, "はい", id).unwrap();
        assert_eq!(given, "SIM-again");
    }
    scene.simulator.idle().await;
    assert_eq!(scene.texts().len(), 3);
    assert_eq!(scene.simulator.all_sent().len(), 1, "the handset sent one");
}

#[tokio::test]
async fn reordering_swaps_neighbours_and_loses_none() {
    let patience = Patience { hold: Duration::from_millis(200), ..patience() };
    let door = Peer::start(|_| Answer::status(200)).await;
    let scene = Scene::with(Arc::new(MemoryJournal::default()), patience, door).await;
    scene.behave(Behaviour { reorder: true, ..Behaviour::default() });
    for body in ["1", "2", "3", "4", "5"] {
        scene.handset_sends(body);
    }
    scene.simulator.idle().await;
    assert_eq!(scene.bodies(), ["2", "1", "4", "3", "5"]);
}

#[tokio::test]
async fn the_carrier_tries_until_it_is_taken() {
    let tries = AtomicUsize::new(0);
    let scene = Scene::answering(move |_| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::status(503),
        1 => Answer::Hangup,
        2 => Answer::status(404),
        3 => Answer::status(302),
        _ => Answer::status(204),
    })
    .await;
    scene.handset_sends("届くまで");
    scene.simulator.idle().await;
    assert_eq!(scene.bodies(), ["届くまで"; 5]);
    assert!(scene.simulator.all_sent()[0].acknowledged);
}

#[tokio::test]
async fn the_carrier_gives_up_in_the_end_and_says_so() {
    let door = Peer::start(|_| Answer::status(500)).await;
    let patience = Patience { all: Duration::from_millis(20), ..patience() };
    let scene = Scene::with(Arc::new(MemoryJournal::default()), patience, door).await;
    scene.handset_sends("届かない");
    scene.simulator.idle().await;
    assert!(!scene.bodies().is_empty());
    assert!(!scene.simulator.all_sent()[0].acknowledged);
    let listed = scene.simulator.list_inbound(&simulator_account(), now()).await.unwrap().unwrap();
    assert_eq!(listed[0].body, "届かない", "back-fill still finds it");
}

#[tokio::test]
async fn a_retry_is_signed_with_its_own_time() {
    let shared: Arc<Mutex<Option<Clock>>> = Arc::default();
    let clock = Arc::clone(&shared);
    let scene = Scene::answering(move |_| match clock.lock().unwrap().take() {
        Some(clock) => {
            clock.advance(TimeDelta::minutes(30));
            Answer::status(503)
        }
        None => Answer::status(200),
    })
    .await;
    *shared.lock().unwrap() = Some(scene.clock.clone());
    scene.handset_sends("半時間後");
    scene.simulator.idle().await;
    let last = scene.door.requests().pop().unwrap();
    assert_eq!(scene.hook_request(last).received_at, now() + TimeDelta::minutes(30));
}

#[tokio::test]
async fn a_lost_answer_leaves_the_text_on_the_handset() {
    let scene = Scene::start().await;
    scene.behave(Behaviour { lose_response: true, ..Behaviour::default() });
    assert!(matches!(scene.send(&sms()).await, Err(SendError::Unknown { .. })));
    scene.simulator.idle().await;
    assert_eq!(scene.simulator.handset(HANDSET).len(), 1);
    assert_eq!(scene.receipts()[0].message_id, Some(message_id()), "the receipt tells");
}

#[tokio::test]
async fn every_nth_send_is_throttled_and_reaches_nobody() {
    let scene = Scene::start().await;
    scene.behave(Behaviour { throttle_every: 3, ..Behaviour::default() });
    let mut throttled = Vec::new();
    for number in 1..=9 {
        match scene.send(&sms()).await {
            Ok(_) => {}
            Err(SendError::Refused { reason, retry, .. }) => {
                assert_eq!(reason, Reason::Throttled);
                assert!(matches!(retry, Retry::After(_)));
                throttled.push(number);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(throttled, [3, 6, 9]);
    assert_eq!(scene.simulator.handset(HANDSET).len(), 6);
}

#[tokio::test]
async fn a_reject_code_is_a_reason_where_it_names_one() {
    let scene = Scene::start().await;
    for (code, expected) in
        [("no_such_number", Reason::NoSuchNumber), ("E42", Reason::ProviderError)]
    {
        scene.behave(Behaviour { reject_code: Some(code.to_owned()), ..Behaviour::default() });
        match scene.send(&sms()).await {
            Err(SendError::Refused { reason, detail, retry: Retry::No }) => {
                assert_eq!((reason, detail.as_str()), (expected, code));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(scene.simulator.handset(HANDSET).is_empty());
}

#[tokio::test]
async fn only_our_numbers_take_texts() {
    let scene = Scene::start().await;
    let unknown = scene.simulator.handset_sends(HANDSET, "+815099999999", "x", None).unwrap_err();
    assert_eq!(unknown.to_string(), "to: +815099999999 is not one of our numbers at the simulator");
    let nobody = scene.simulator.handset_sends("", SENDER, "x", None).unwrap_err();
    assert!(matches!(nobody, HandsetError::Missing { field: "from" }));
    scene.simulator.forget(simulator_account().id);
    assert!(scene.simulator.handset_sends(HANDSET, SENDER, "x", None).is_err());
    assert!(scene.simulator.all_sent().is_empty());
}

#[tokio::test]
async fn a_forgotten_account_is_posted_to_no_more() {
    let door = Peer::start(|_| Answer::status(503)).await;
    let patience = Patience { all: Duration::from_secs(3600), ..patience() };
    let scene = Scene::with(Arc::new(MemoryJournal::default()), patience, door).await;
    scene.handset_sends("さようなら");
    scene.simulator.forget(simulator_account().id);
    scene.simulator.idle().await;
    assert!(!scene.simulator.all_sent()[0].acknowledged);
}

#[tokio::test]
async fn one_slow_handset_does_not_hold_up_another() {
    let scene = Scene::answering(|request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if body.contains("+818011111111") { Answer::Silence } else { Answer::status(200) }
    })
    .await;
    scene.simulator.handset_sends("+818011111111", SENDER, "slow", None).unwrap();
    for number in 0..200 {
        let handset = format!("+8180222{number:05}");
        scene.simulator.handset_sends(&handset, SENDER, "quick", None).unwrap();
    }
    let quick = || scene.simulator.all_sent().iter().filter(|text| text.acknowledged).count();
    let all = async {
        while quick() < 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all).await.unwrap();
}

#[tokio::test]
async fn after_a_kill_the_history_is_there_and_what_was_under_way_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let first_refs = before_the_kill(&path).await;

    let door = Peer::start(|_| Answer::status(200)).await;
    let scene = Scene::with(Arc::new(journal::open(&path).unwrap()), patience(), door).await;
    scene.simulator.idle().await;
    assert_eq!(scene.bodies(), ["届いていない"]);
    assert_eq!(scene.receipts().len(), 1);
    assert_eq!(scene.simulator.handset(HANDSET).len(), 1);
    assert!(scene.simulator.all_sent().iter().all(|text| text.acknowledged));

    let again = scene.handset_sends("その後");
    assert!(!first_refs.contains(&again));
    scene.simulator.idle().await;
    drop(scene);
    let door = Peer::start(|_| Answer::status(200)).await;
    let scene = Scene::with(Arc::new(copy_of(&path)), patience(), door).await;
    scene.simulator.idle().await;
    assert!(scene.door.requests().is_empty(), "nothing was under way");
    assert_eq!(scene.simulator.all_sent().len(), 3);
}

/// One text is taken; then the door stays shut and the process dies.
async fn before_the_kill(path: &Path) -> Vec<String> {
    let taken = AtomicUsize::new(0);
    let door = Peer::start(move |_| match taken.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::status(200),
        _ => Answer::status(503),
    })
    .await;
    let journal = Arc::new(journal::open(path).unwrap());
    let scene = Scene::with(journal, patience(), door).await;
    let first = scene.handset_sends("届いた");
    scene.simulator.idle().await;
    let second = scene.handset_sends("届いていない");
    scene.send(&sms()).await.unwrap();
    // The tasks of this process still hold the file; what a new process would
    // see of it is what is on disk now.
    fs_copy(path);
    vec![first, second]
}

fn fs_copy(path: &Path) {
    let copy = path.with_extension("copy");
    std::fs::copy(path, &copy).unwrap();
    std::fs::rename(&copy, path).unwrap();
}

fn copy_of(path: &Path) -> impl Journal + use<> {
    fs_copy(path);
    journal::open(path).unwrap()
}

#[tokio::test]
async fn the_wire_can_be_looked_at_newest_first() {
    let scene = Scene::answering(|request| match request.target.ends_with("inbound") {
        true => Answer::status(503),
        false => Answer::Hangup,
    })
    .await;
    assert!(scene.simulator.handsets().is_empty() && scene.simulator.posts().is_empty());
    scene.handset_sends("はい");
    scene.send(&OutboundSms { to: "+818099999999".to_owned(), ..sms() }).await.unwrap();
    assert_eq!(scene.simulator.handsets(), [HANDSET, "+818099999999"]);
    while scene.simulator.posts().len() < 50 {
        tokio::task::yield_now().await;
    }
    let seen = scene.door.requests().len();
    while scene.door.requests().len() < seen + 20 {
        tokio::task::yield_now().await;
    }
    let posts = scene.simulator.posts();
    assert_eq!(posts.len(), 50, "no more are kept");
    assert!(posts.is_sorted_by(|newer, older| newer.at >= older.at));
    let inbound = posts.iter().find(|post| post.path == INBOUND).unwrap();
    assert!(inbound.body.contains("はい"));
    assert_eq!((inbound.at, inbound.status), (now(), Some(503)));
    let receipt = posts.iter().find(|post| post.path != INBOUND).unwrap();
    assert_eq!(receipt.status, None);
}

#[tokio::test]
async fn the_list_begins_where_it_is_asked_to() {
    let scene = Scene::start().await;
    scene.handset_sends("前");
    scene.clock.advance(TimeDelta::hours(1));
    scene.handset_sends("後");
    let since = now() + TimeDelta::minutes(1);
    let listed = scene.simulator.list_inbound(&simulator_account(), since).await.unwrap().unwrap();
    assert_eq!(listed.iter().map(|text| text.body.as_str()).collect::<Vec<_>>(), ["後"]);
    let mut stranger = simulator_account();
    stranger.id = Uuid::from_u128(99).into();
    let listed = scene.simulator.list_inbound(&stranger, now()).await.unwrap().unwrap();
    assert!(listed.is_empty());
    scene.simulator.idle().await;
}

#[tokio::test]
async fn two_carriers_never_give_the_same_reference() {
    let (one, other) = (Scene::start().await, Scene::start().await);
    let mut refs = Vec::new();
    for scene in [&one, &other] {
        for number in 0..50 {
            let message_id = MessageId(Uuid::from_u128(number));
            refs.push(scene.send(&OutboundSms { message_id, ..sms() }).await.unwrap());
            refs.push(scene.handset_sends("x"));
        }
    }
    refs.sort();
    refs.dedup();
    assert_eq!(refs.len(), 200);
}
