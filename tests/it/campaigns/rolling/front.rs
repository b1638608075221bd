//! Two nodes behind a balancer, a steady load and many screens.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::OF_ONE_USER;
use super::balancer::Balancer;
use super::figures::{Figures, compare};
use super::screen::{Screen, Seen};
use crate::campaigns::load::{Difference, Line, Load, Truth};
use crate::campaigns::{PATIENCE, beside_others, house_by, program, recovers};
use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::cluster::Cluster;

/// What a stop may take (R19).
const STOP: Duration = Duration::from_secs(10);
const PASSWORD: &str = "correct horse battery";

/// Two nodes, what stands before them, and everybody who comes.
pub struct Front {
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
    pub async fn open(screens: usize, forgets: bool, again: Option<reqwest::Client>) -> Self {
        Self::open_by(program(), screens, forgets, again).await
    }

    /// Both nodes run that program, on the tables of its version.
    pub async fn open_by(
        program: PathBuf,
        screens: usize,
        forgets: bool,
        again: Option<reqwest::Client>,
    ) -> Self {
        let mut server = Cluster::make();
        server.start(&[]);
        server.raw().execute("create database henji");
        let mut first = house_by(program, server.url("henji"));
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
    pub async fn restart(&mut self, n: usize) -> Duration {
        let took = self.stop(n).await;
        self.start(n).await;
        took
    }

    /// Asks a node to stop and starts that program in its place.
    pub async fn replace(&mut self, n: usize, program: &Path) -> Duration {
        let took = self.stop(n).await;
        self.nodes[n].use_program(program.to_owned());
        self.start(n).await;
        took
    }

    async fn stop(&mut self, n: usize) -> Duration {
        let begun = Instant::now();
        self.nodes[n].signal("TERM");
        let code = self.nodes[n].ends().await;
        let took = begun.elapsed();
        assert_eq!(code, Some(0), "{}", self.nodes[n].log());
        assert!(took < beside_others(STOP), "a stop took {took:?}");
        took
    }

    pub async fn kill(&mut self, n: usize) {
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

    pub fn nodes(&self) -> &[Binary] {
        &self.nodes
    }

    /// Where the balancer is.
    pub fn url(&self) -> &str {
        &self.balancer.url
    }

    /// What a control broke, and how many requests wait in quarantine then.
    pub async fn broken(self) -> (Truth, Difference, i64) {
        let house = &self.nodes[0];
        let (truth, difference) = ended(self.load, house).await;
        (truth, difference, house.db().raw().count("quarantine", ""))
    }

    /// Everybody goes home: what was offered, how long it took, and which texts
    /// are not on every screen once.
    pub async fn close(self) -> (Truth, Figures, Vec<String>) {
        let house = &self.nodes[0];
        let (truth, difference) = ended(self.load, house).await;
        let took = self.begun.elapsed();
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

/// What was offered, and how it differs from what is shown when all is quiet.
async fn ended(load: Load, house: &Binary) -> (Truth, Difference) {
    let truth = load.stop().await;
    recovers(house).await;
    let difference = truth.compare(&house.shown().await);
    (truth, difference)
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
