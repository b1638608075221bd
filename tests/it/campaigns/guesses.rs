//! Strangers guess at short links of the real program, from some networks as fast as
//! it answers and from thousands of others a few dozen times each: nothing opens,
//! who guesses much is told to slow down, customers elsewhere notice nothing, and
//! the program's memory has a bound.
//!
//! `TEST_GUESSES` says how many; the promise is about 1,000,000. `TEST_PROGRAM` names
//! a faster build than the one of the tests.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use henji::store::seal::random_letters;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{beside_others, program, tell, wanted};
use crate::support::binary::{Binary, SENDER};
use crate::support::test_db::TestDb;

const GUESSES: usize = 3_000;
/// Networks that guess without end, and lines from each of them.
const HAMMERS: usize = 4;
const LINES: usize = 4;
/// Of so many guesses, one comes from a network that gives up after [`FEW`].
const SCATTERED: usize = 2;
/// More than a network may miss in a minute (`throttle::limits::LINK_MISSES`).
const FEW: usize = 70;
const MISSES: usize = 60;
/// Customers who open a link of theirs, before the guesses and again while they last.
const CUSTOMERS: usize = 30;
/// What a customer waits for a page at most.
const PATIENCE: Duration = Duration::from_millis(500);
/// What guesses may cost in memory: counts for 10,000 networks are a few megabytes.
const MEMORY_KB: u64 = 32 * 1024;
const SHOP: &str = "https://www.example.jp/returns";
const TELEPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) \
                         AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn guesses_open_nothing_and_slow_nobody() {
    let guesses = wanted("TEST_GUESSES", GUESSES);
    let patience = beside_others(PATIENCE);
    let mut house = Binary::set_up_by(program(), TestDb::empty(), "warn");
    house.start();
    house.answers().await;
    let links = links(&house, 2 * CUSTOMERS + 1).await;
    let address: SocketAddr = house.url.strip_prefix("http://").unwrap().parse().unwrap();

    let alone = customers(address, &links[..CUSTOMERS], &AtomicBool::new(true)).await;
    let before = memory_kb(house.pid());
    let begun = Instant::now();
    let guessing = Guessing::new(address, guesses);
    let (beside, counts) =
        tokio::join!(customers(address, &links[CUSTOMERS..2 * CUSTOMERS], &guessing.over), async {
            guessing.run().await
        });
    let more = memory_kb(house.pid()).saturating_sub(before);
    let took = begun.elapsed();
    tell(format_args!(
        "{guesses} guesses from {} networks in {took:?}: {counts:?}; a customer waited for \
         {:?} in the middle and {:?} at most, alone {:?} and {:?}; {more} KiB more memory",
        guessing.networks(),
        beside[beside.len() / 2],
        beside[beside.len() - 1],
        alone[alone.len() / 2],
        alone[alone.len() - 1],
    ));

    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [404, 429], "nothing else was told");
    let minutes = took.as_secs() as usize / 60 + 1;
    let most = MISSES * minutes * HAMMERS + MISSES * (guessing.networks() - HAMMERS);
    assert!(
        counts[&404] <= most,
        "{} of {most} were told that there is no such link",
        counts[&404]
    );
    assert!(beside[beside.len() - 1] <= patience, "a customer waited: {beside:?}");
    assert!(more <= MEMORY_KB, "{more} KiB");
    assert_eq!(opened(&house), 2 * CUSTOMERS as i64, "the customers' links, and no other");

    // The control: a guess that is right opens, even from a network that guesses.
    let mut line = Line::open(address, hammer(0)).await;
    let mut guesses = 0;
    while line.ask(Method::GET, &format!("/l/{}", random_letters(11))).await.0 != 429 {
        guesses += 1;
        assert!(guesses <= MISSES, "guesses have no limit");
    }
    let (status, to) = line.ask(Method::POST, &links[2 * CUSTOMERS]).await;
    assert_eq!((status, to.as_str()), (303, SHOP));
    assert_eq!(opened(&house), 2 * CUSTOMERS as i64 + 1);
}

/// Links of as many callers, as they were sent to them.
async fn links(house: &Binary, count: usize) -> Vec<String> {
    let flow = json!({"inbox_id": house.inbox, "options": [
        {"digit": "1", "topic": "返品", "body": "ご案内はこちら {url}", "url": SHOP},
    ]});
    let kept = house.api(Method::PUT, "/handoff_flows/main").json(&flow).send().await.unwrap();
    assert_eq!(kept.status(), 200, "{}", kept.text().await.unwrap());
    house.db().raw().execute("update senders set segments_per_second = 500");
    let mut links = Vec::new();
    for number in 0..count {
        let caller = format!("+81901234{number:04}");
        let press =
            json!({"call_id": number.to_string(), "caller": caller, "flow": "main", "digit": "1"});
        let answer = house.api(Method::POST, "/handoffs").json(&press).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(answer["result"], "accepted", "{answer} by {SENDER}");
        let text =
            house.get(&format!("/messages/{}", answer["message_id"].as_str().unwrap())).await;
        let body = text["body"].as_str().unwrap();
        links.push(body[body.find("/l/").unwrap()..].trim().to_owned());
    }
    links
}

/// Customers, each in a network of their own, look at their link and press its
/// button, one after another; then again until it is `over`. How long each waited for
/// either, the shortest first.
async fn customers(to: SocketAddr, links: &[String], over: &AtomicBool) -> Vec<Duration> {
    let mut waits = Vec::new();
    loop {
        for (n, link) in links.iter().enumerate() {
            let mut line = Line::open(to, Ipv4Addr::new(127, 250, n as u8, 1)).await;
            for (method, status) in [(Method::GET, 200), (Method::POST, 303)] {
                // Once is enough to open it; after that they come back to look.
                let is_again = waits.len() >= 2 * links.len();
                if is_again && method == Method::POST {
                    continue;
                }
                let begun = Instant::now();
                assert_eq!(line.ask(method, link).await.0, status, "{link}");
                waits.push(begun.elapsed());
            }
        }
        if over.load(Ordering::Relaxed) {
            waits.sort_unstable();
            return waits;
        }
    }
}

/// Everybody who guesses.
struct Guessing {
    to: SocketAddr,
    wanted: usize,
    made: AtomicUsize,
    /// Networks of those who give up early.
    scattered: AtomicUsize,
    over: AtomicBool,
}

impl Guessing {
    fn new(to: SocketAddr, wanted: usize) -> Self {
        let (made, scattered) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { to, wanted, made, scattered, over: AtomicBool::new(false) }
    }

    /// How many were told what.
    async fn run(&self) -> BTreeMap<u16, usize> {
        let hammers = (0..HAMMERS * LINES).map(|n| self.hammer(hammer(n % HAMMERS)));
        let (hammered, scattered) =
            tokio::join!(futures_util::future::join_all(hammers), self.scatter());
        self.over.store(true, Ordering::Relaxed);
        let mut all = scattered;
        for (status, count) in hammered.into_iter().flatten() {
            *all.entry(status).or_insert(0) += count;
        }
        all
    }

    fn networks(&self) -> usize {
        HAMMERS + self.scattered.load(Ordering::Relaxed)
    }

    async fn hammer(&self, from: Ipv4Addr) -> BTreeMap<u16, usize> {
        let (mut line, mut counts) = (Line::open(self.to, from).await, BTreeMap::new());
        let most = self.wanted - self.wanted / SCATTERED;
        loop {
            let number = self.made.fetch_add(1, Ordering::Relaxed);
            if number >= most {
                return counts;
            }
            *counts.entry(line.guess(number).await).or_insert(0) += 1;
        }
    }

    async fn scatter(&self) -> BTreeMap<u16, usize> {
        let (mut counts, mut line) = (BTreeMap::new(), None);
        for number in 0..self.wanted / SCATTERED {
            if number % FEW == 0 {
                let network = self.scattered.fetch_add(1, Ordering::Relaxed) % 60_000;
                let [high, low] = (network as u16).to_be_bytes();
                // 127.1 and upwards: those who hammer are in 127.0.
                let from = Ipv4Addr::new(127, high.saturating_add(1), low, 1);
                line = Some(Line::open(self.to, from).await);
            }
            let status = line.as_mut().expect("the first guess opens one").guess(number).await;
            *counts.entry(status).or_insert(0) += 1;
        }
        counts
    }
}

fn hammer(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 10 + n as u8, 1)
}

/// One kept connection from an address of the loopback.
struct Line {
    stream: TcpStream,
}

impl Line {
    async fn open(to: SocketAddr, from: Ipv4Addr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let stream = socket.connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    async fn guess(&mut self, number: usize) -> u16 {
        let method = if number.is_multiple_of(2) { Method::GET } else { Method::POST };
        self.ask(method, &format!("/l/{}", random_letters(11))).await.0
    }

    /// The status, and where it leads.
    async fn ask(&mut self, method: Method, path: &str) -> (u16, String) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: henji\r\nUser-Agent: {TELEPHONE}\r\n\
             Content-Length: 0\r\n\r\n"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        loop {
            assert!(self.stream.read_buf(&mut answer).await.unwrap() > 0, "the line was cut");
            let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
            let value = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim().to_owned())
            };
            let length = value("content-length:").map_or(0, |length| length.parse().unwrap());
            if answer.len() >= end + 4 + length {
                return (head[9..12].parse().unwrap(), value("location:").unwrap_or_default());
            }
        }
    }
}

fn opened(house: &Binary) -> i64 {
    house.db().raw().count("links", "where opened_at is not null")
}

fn memory_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap().trim_end_matches("kB").trim().parse().unwrap()
}
