//! Two nodes behind a balancer are stopped and started in turn, under 200 texts
//! a second and with people at their screens: no webhook fails for good, nothing
//! is lost, doubled or late (R19).
//!
//! `TEST_RESTARTS` says how often, `TEST_SCREENS` how many sockets.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::load::{Line, Load, Truth, afresh};
use super::{PATIENCE, beside_others, house_at, recovers, tell, wanted};
use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::cluster::Cluster;

mod balancer;
mod screen;

use balancer::Balancer;
use screen::{Screen, Seen};

const RESTARTS: usize = 2;
/// Restarts of one house; then a new one, so that what is compared stays small.
const OF_ONE_HOUSE: usize = 10;
const SCREENS: usize = 100;
/// Sockets that one person may have open.
const OF_ONE_USER: usize = 10;
/// What a stop may take, and how late a text may be on a screen (R19).
const STOP: Duration = Duration::from_secs(10);
const LATE: Duration = Duration::from_secs(5);
const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn rolling_restarts_lose_double_and_delay_nothing() {
    let (restarts, screens) = (wanted("TEST_RESTARTS", RESTARTS), wanted("TEST_SCREENS", SCREENS));
    let (mut done, mut total, late) = (0, Figures::default(), beside_others(LATE));
    while done < restarts {
        let mut front = Front::open(screens, false, Some(afresh())).await;
        for _ in 0..OF_ONE_HOUSE.min(restarts - done) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            total.stop = total.stop.max(front.restart(done % 2).await);
            done += 1;
        }
        let (truth, figures, missed) = front.close().await;
        assert!(truth.wrong.is_empty(), "{:?}", truth.wrong);
        let failed: Vec<_> = truth.unacknowledged().collect();
        assert!(failed.is_empty(), "failed although offered twice: {failed:?}");
        assert!(missed.is_empty(), "{} not on every screen: {missed:?}", missed.len());
        assert!(figures.late < late, "a text was {:?} late", figures.late);
        total.add(&figures);
    }
    tell(format_args!("{done} rolling restarts, {screens} screens: {total}"));
}

/// The control: a node that dies instead of stopping, a provider that offers
/// nothing twice, and screens that forget what they saw are found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_node_that_just_dies_is_found_out() {
    let mut front = Front::open(OF_ONE_USER, true, None).await;
    for n in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        front.kill(n % 2).await;
    }
    let (truth, _, missed) = front.close().await;
    let failed = truth.unacknowledged().count();
    assert!(failed > 0 && !missed.is_empty(), "{failed} failed, missed {missed:?}");
    tell(format_args!("control: {failed} webhooks failed, {} texts missed, named", missed.len()));
}

/// Two nodes, what stands before them, and everybody who comes.
struct Front {
    nodes: Vec<Binary>,
    balancer: Balancer,
    load: Load,
    screens: JoinSet<Seen>,
    cursors: Vec<Arc<AtomicI64>>,
    frames: Arc<AtomicU64>,
    over: watch::Sender<bool>,
    begun: Instant,
    _server: Cluster,
}

impl Front {
    async fn open(screens: usize, forgets: bool, again: Option<reqwest::Client>) -> Self {
        let mut server = Cluster::make();
        server.start(&[]);
        server.raw().execute("create database henji");
        let mut first = house_at(server.url("henji"));
        let users: Vec<String> =
            (0..screens.div_ceil(OF_ONE_USER)).map(|n| format!("agent{n}@example.jp")).collect();
        for user in &users {
            let add = format!("user add {user} --name 担当 --role agent --inbox {}", first.inbox);
            first.run(&format!("{add} --password-stdin"), PASSWORD);
        }
        let mut second = first.another();
        first.start();
        second.start();
        first.answers().await;
        second.answers().await;
        let nodes = vec![first, second];
        let balancer = Balancer::before(&nodes).await;
        let (http, origin) = (nodes[0].http.clone(), nodes[0].public_url.clone());
        let (over, listening) = watch::channel(false);
        let (begun, frames) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let (mut looking, mut cursors) = (JoinSet::new(), Vec::new());
        for user in &users {
            let browser = Arc::new(Browser::at(http.clone(), &balancer.url, &origin));
            browser.sign_in(user, PASSWORD).await;
            for _ in 0..OF_ONE_USER.min(screens - cursors.len()) {
                cursors.push(Arc::new(AtomicI64::new(0)));
                let screen = Screen {
                    browser: browser.clone(),
                    url: balancer.url.clone(),
                    origin: origin.clone(),
                    begun,
                    forgets,
                    cursor: cursors.last().unwrap().clone(),
                    frames: frames.clone(),
                };
                looking.spawn(screen.look(listening.clone()));
            }
        }
        let mut signer = nodes[0].signer.clone();
        signer.base.clone_from(&balancer.url);
        let load = Load::start(Line { http, signer, again });
        Self {
            nodes,
            balancer,
            load,
            screens: looking,
            cursors,
            frames,
            over,
            begun,
            _server: server,
        }
    }

    /// Asks a node to stop, waits for its end and starts it again; how long the
    /// end took.
    async fn restart(&mut self, n: usize) -> Duration {
        let begun = Instant::now();
        self.nodes[n].signal("TERM");
        let code = self.nodes[n].ends().await;
        let took = begun.elapsed();
        assert_eq!(code, Some(0), "{}", self.nodes[n].log());
        assert!(took < STOP, "a stop took {took:?}");
        self.start(n).await;
        took
    }

    async fn kill(&mut self, n: usize) {
        self.nodes[n].kill();
        self.start(n).await;
    }

    async fn start(&mut self, n: usize) {
        self.nodes[n].start();
        let begun = Instant::now();
        while !self.balancer.trusts(n) {
            assert!(begun.elapsed() < PATIENCE, "{}", self.nodes[n].log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everybody goes home: what was offered, how long it took, and which texts
    /// are not on every screen once.
    async fn close(self) -> (Truth, Figures, Vec<String>) {
        let truth = self.load.stop().await;
        let took = self.begun.elapsed();
        let house = &self.nodes[0];
        recovers(house).await;
        let difference = truth.compare(&house.shown().await);
        assert!(difference.is_none(), "{difference:?}");
        let texts = texts(house).await;
        let last = texts.last_key_value().map_or(0, |(seq, _)| *seq);
        let quiet = Instant::now();
        while self.cursors.iter().any(|cursor| cursor.load(Ordering::SeqCst) < last) {
            assert!(quiet.elapsed() < PATIENCE, "screens stay behind");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.over.send_replace(true);
        let screens = self.screens.join_all().await;
        let mut figures = Figures {
            texts: truth.acknowledged.len(),
            offered_again: truth.turned_away + truth.broken,
            frames: self.frames.load(Ordering::SeqCst),
            lines: screens.iter().map(|seen| seen.lines).sum(),
            anew: screens.iter().map(|seen| seen.anew.len()).sum(),
            seconds: took.as_secs(),
            ..Figures::default()
        };
        let mut missed = Vec::new();
        for seen in &screens {
            let (late, unseen) = compare(seen, &texts, &truth, self.begun);
            figures.late = figures.late.max(late);
            missed.extend(unseen);
        }
        for node in &self.nodes {
            assert!(!node.log().contains("panicked"), "{}", node.log());
        }
        (truth, figures, missed)
    }
}

/// Every text that came in, by its event.
async fn texts(house: &Binary) -> BTreeMap<i64, String> {
    let mut bodies = HashMap::new();
    for conversation in house.get("/conversations?limit=200").await["items"].as_array().unwrap() {
        let id = conversation["id"].as_str().unwrap();
        let mut before = String::new();
        loop {
            let path = format!("/conversations/{id}/messages?limit=200{before}");
            let page = house.get(&path).await;
            for message in page["items"].as_array().unwrap() {
                let word = |name: &str| message[name].as_str().unwrap().to_owned();
                bodies.insert(word("id"), word("body"));
            }
            let Some(next) = page["next"].as_str() else { break };
            before = format!("&before={next}");
        }
    }
    let (mut texts, mut after) = (BTreeMap::new(), 0);
    loop {
        let page = house.get(&format!("/events?after={after}&limit=1000")).await;
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            return texts;
        }
        for event in events.iter().filter(|event| event["kind"] == "message.created") {
            let body = bodies.get(event["message_id"].as_str().unwrap());
            texts.insert(event["seq"].as_i64().unwrap(), body.expect("a text").clone());
        }
        after = page["next"].as_i64().unwrap();
    }
}

/// How late the latest text was on a screen after it was acknowledged, and which
/// were not there, or twice.
fn compare(
    seen: &Seen,
    texts: &BTreeMap<i64, String>,
    truth: &Truth,
    begun: Instant,
) -> (Duration, Vec<String>) {
    let mut at: BTreeMap<i64, u32> = BTreeMap::new();
    let (mut late, mut wrong) = (0, Vec::new());
    for (seq, when) in &seen.told {
        if at.insert(*seq, *when).is_some() {
            wrong.push(format!("event {seq} twice"));
        }
    }
    for (seq, text) in texts {
        let is_read = |(after, up_to, _): &&(i64, i64, u32)| after < seq && seq <= up_to;
        let anew = seen.anew.iter().find(is_read).map(|(_, _, when)| *when);
        let Some(when) = at.get(seq).copied().or(anew) else {
            wrong.push(text.clone());
            continue;
        };
        if let Some(acknowledged) = truth.acknowledged.get(text) {
            let said = acknowledged.duration_since(begun).as_millis();
            late = late.max(when.saturating_sub(u32::try_from(said).unwrap()));
        }
    }
    (Duration::from_millis(late.into()), wrong)
}

#[derive(Default)]
struct Figures {
    texts: usize,
    offered_again: usize,
    frames: u64,
    lines: usize,
    anew: usize,
    seconds: u64,
    stop: Duration,
    late: Duration,
}

impl Figures {
    fn add(&mut self, more: &Self) {
        self.texts += more.texts;
        self.offered_again += more.offered_again;
        self.frames += more.frames;
        self.lines += more.lines;
        self.anew += more.anew;
        self.seconds += more.seconds;
        self.late = self.late.max(more.late);
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} texts in {} s, {} offered a second time, 0 failed, 0 lost, 0 doubled; {} frames \
             on {} lines, {} read anew; the longest stop {} ms, the latest text {} ms",
            self.texts,
            self.seconds,
            self.offered_again,
            self.frames,
            self.lines,
            self.anew,
            self.stop.as_millis(),
            self.late.as_millis(),
        )
    }
}
