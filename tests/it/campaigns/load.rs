//! Customers' texts at a steady rate, whatever becomes of them, and what the
//! world outside saw of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use henji::clock::Clock;
use henji::providers::http::{Timeouts, loopback_client};
use tokio::task::{JoinHandle, JoinSet};

use crate::support::webhook::{Signer, inbound};

/// 200 a second.
const EVERY: Duration = Duration::from_millis(5);
/// Customers; each has one conversation.
const HANDSETS: usize = 100;
/// How long a provider waits before it offers a text once more.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Default)]
pub struct Truth {
    pub offered: BTreeSet<String>,
    /// Answered with a 2xx, and when.
    pub acknowledged: BTreeMap<String, Instant>,
    /// Answers that told to come back, and connections that broke.
    pub turned_away: usize,
    pub broken: usize,
    /// Any other answer: there is no reason for one.
    pub wrong: Vec<String>,
    pub slowest: Duration,
}

/// What is not as it was acknowledged.
#[derive(Debug, Default)]
pub struct Difference {
    pub lost: Vec<String>,
    pub doubled: Vec<String>,
    /// Shown, and offered by nobody.
    pub invented: Vec<String>,
}

impl Truth {
    /// Holds what is shown against what was acknowledged.
    pub fn compare(&self, shown: &BTreeMap<String, usize>) -> Difference {
        let ours = || shown.iter().filter(|(text, _)| text.starts_with(PREFIX));
        let lost = self.acknowledged.keys().filter(|text| !shown.contains_key(*text));
        Difference {
            lost: lost.cloned().collect(),
            doubled: ours().filter(|(_, n)| **n > 1).map(|(text, _)| text.clone()).collect(),
            invented: ours()
                .filter(|(text, _)| !self.offered.contains(*text))
                .map(|(text, _)| text.clone())
                .collect(),
        }
    }

    /// Offered and never acknowledged: there once, or not at all.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &String> {
        self.offered.iter().filter(|text| !self.acknowledged.contains_key(*text))
    }
}

impl Difference {
    pub fn is_none(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.invented.is_empty()
    }
}

const PREFIX: &str = "text-";
/// Texts are told apart over a whole process.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A provider's line to the house.
#[derive(Clone)]
pub struct Line {
    pub http: reqwest::Client,
    pub signer: Signer,
    /// Offers a text once more that was not acknowledged, on a connection of its
    /// own: kept ones may have died with their node.
    pub again: Option<reqwest::Client>,
}

impl Line {
    /// Offers a text of its own number until it is acknowledged or given up.
    pub async fn offer(&self, text: &str, truth: &Mutex<Truth>) {
        truth.lock().unwrap().offered.insert(text.to_owned());
        for (attempt, http) in
            [Some(&self.http), self.again.as_ref()].into_iter().flatten().enumerate()
        {
            if attempt > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let begun = Instant::now();
            let number: usize = text[PREFIX.len()..].parse().unwrap();
            let from = format!("+8190000001{:02}", number % HANDSETS);
            let body = inbound(&format!("REF-{text}"), &from, text).to_string();
            let now = Clock::default().now();
            let answer = self.signer.request(http, now, "inbound", body).send().await;
            let mut truth = truth.lock().unwrap();
            truth.slowest = truth.slowest.max(begun.elapsed());
            match answer.map(|answer| answer.status()) {
                Ok(status) if status.is_success() => {
                    truth.acknowledged.insert(text.to_owned(), Instant::now());
                    return;
                }
                // 408: so late on a busy machine that nothing of it was read.
                Ok(status) if [408, 503, 507].contains(&status.as_u16()) => truth.turned_away += 1,
                Ok(status) => truth.wrong.push(format!("{text}: {status}")),
                Err(_broken) => truth.broken += 1,
            }
        }
    }
}

/// A provider's second try: no connection is kept.
pub fn afresh() -> reqwest::Client {
    // Whoever makes the first client sees to it that there is TLS to build with.
    drop(loopback_client(Timeouts::default()));
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    client.no_proxy().tls_certs_only([]).timeout(Duration::from_secs(15)).build().unwrap()
}

/// Texts come in until this is told to stop.
pub struct Load {
    truth: Arc<Mutex<Truth>>,
    over: Arc<AtomicBool>,
    ticking: JoinHandle<()>,
}

impl Load {
    pub fn start(line: Line) -> Self {
        let (truth, over) = (Arc::new(Mutex::new(Truth::default())), Arc::default());
        let ticking = tokio::spawn(tick(line, truth.clone(), Arc::clone(&over)));
        Self { truth, over, ticking }
    }

    /// How many were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.truth.lock().unwrap().acknowledged.len()
    }

    /// Waits for every answer.
    pub async fn stop(self) -> Truth {
        self.over.store(true, Ordering::SeqCst);
        self.ticking.await.unwrap();
        std::mem::take(&mut *self.truth.lock().unwrap())
    }
}

async fn tick(line: Line, truth: Arc<Mutex<Truth>>, over: Arc<AtomicBool>) {
    let mut clock = tokio::time::interval(EVERY);
    let mut under_way = JoinSet::new();
    while !over.load(Ordering::SeqCst) {
        clock.tick().await;
        let text = format!("{PREFIX}{:07}", NEXT.fetch_add(1, Ordering::SeqCst));
        let (line, truth) = (line.clone(), truth.clone());
        under_way.spawn(async move { line.offer(&text, &truth).await });
        while under_way.try_join_next().is_some() {}
    }
    under_way.join_all().await;
}
