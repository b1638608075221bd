//! A provider that delivers texts: signed webhooks over kept connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::histogram::Histogram;
use super::http::Connection;
use super::marks::{self, Marks};
use super::stage::House;
use crate::clock::Clock;
use crate::domain::inbound::InboundMessage;
use crate::providers::simulator::webhook::{SIGNATURE, TIMESTAMP, hook_path, sign};

/// Handsets that write: more than one thread's worth, fewer than an index's cache.
pub const HANDSETS: u64 = 20_000;

/// Connections of the closed loop: what a provider's own limits allow.
pub const CLOSED: usize = 256;
/// Connections of the open loop (performance.md 4).
pub const OPEN: usize = 64;

/// What became of the texts of one phase.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub acknowledged: u64,
    pub refused: u64,
    pub times: Histogram,
    pub seconds: f64,
}

impl Outcome {
    pub fn rate(&self) -> f64 {
        self.acknowledged as f64 / self.seconds
    }
}

/// Where texts are delivered to.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub house: House,
    pub marks: Arc<Marks>,
}

/// Delivers as fast as answers come, on `connections` connections.
pub async fn closed(target: &Target, connections: usize, time: Duration) -> io::Result<Outcome> {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (target, mut connection) = (target.clone(), Connection::open(target.address).await?);
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            while started.elapsed() < time {
                let Some(number) = target.marks.next() else { break };
                deliver(&target, &mut connection, number, Instant::now(), &mut outcome).await?;
            }
            Ok(outcome)
        });
    }
    gathered(tasks, started).await
}

/// Delivers `rate` texts a second, whether answers come or not: times count from
/// when a text was due, so that a server that falls behind cannot hide it.
pub async fn open(target: &Target, rate: u64, time: Duration) -> io::Result<Outcome> {
    let started = Instant::now();
    let (due, texts) = mpsc::unbounded_channel();
    let marks = target.marks.clone();
    let count = rate * time.as_secs();
    // A thread of its own: timers of the runtime are a millisecond wide.
    let metronome = std::thread::spawn(move || {
        for beat in 0..count {
            let at = started + Duration::from_nanos(1_000_000_000 / rate * beat);
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            let Some(number) = marks.next() else { break };
            if due.send((number, at)).is_err() {
                break;
            }
        }
    });
    let texts = Arc::new(Mutex::new(texts));
    let mut tasks = JoinSet::new();
    for _ in 0..OPEN {
        let (target, texts) = (target.clone(), texts.clone());
        let mut connection = Connection::open(target.address).await?;
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            loop {
                let next = texts.lock().await.recv().await;
                let Some((number, at)) = next else { return Ok(outcome) };
                deliver(&target, &mut connection, number, at, &mut outcome).await?;
            }
        });
    }
    let outcome = gathered(tasks, started).await;
    metronome.join().map_err(|_panic| io::Error::other("the metronome stopped"))?;
    outcome
}

/// The text with this number, as its provider's adapter would read it.
pub fn text(house: &House, number: u64) -> InboundMessage {
    InboundMessage {
        provider_ref: reference(number),
        from: handset(number),
        to: house.sender.clone(),
        body: marks::body(number),
        sent_at: None,
        opt_out: None,
    }
}

async fn deliver(
    target: &Target,
    connection: &mut Connection,
    number: u64,
    at: Instant,
    outcome: &mut Outcome,
) -> io::Result<()> {
    let request = request(&target.house, number);
    target.marks.note(number, at);
    let answer = connection.ask(&request).await?;
    if answer.status == 200 {
        outcome.times.record(at.elapsed());
        outcome.acknowledged += 1;
    } else {
        outcome.refused += 1;
        // Told to come back: a provider waits before it tries again.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn request(house: &House, number: u64) -> Vec<u8> {
    let body = serde_json::json!({
        "id": reference(number),
        "from": handset(number),
        "to": house.sender,
        "body": marks::body(number),
    })
    .to_string();
    let url = &house.account.inbound_url;
    let secret = house.account.settings.get("secret").map_or("", String::as_str);
    let now = Clock::default().now();
    let signature = sign(secret, now, url, body.as_bytes());
    format!(
        "POST {} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
         {SIGNATURE}: {signature}\r\n{TIMESTAMP}: {}\r\nContent-Length: {}\r\n\r\n{body}",
        hook_path(url),
        now.timestamp(),
        body.len()
    )
    .into_bytes()
}

fn reference(number: u64) -> String {
    format!("BENCH{number}")
}

/// Neighbouring texts come from different handsets: the worst case for caches.
fn handset(number: u64) -> String {
    format!("+81609{:07}", number * 7_919 % HANDSETS)
}

async fn gathered(tasks: JoinSet<io::Result<Outcome>>, started: Instant) -> io::Result<Outcome> {
    let mut all = Outcome::default();
    for outcome in tasks.join_all().await {
        let outcome = outcome?;
        all.acknowledged += outcome.acknowledged;
        all.refused += outcome.refused;
        all.times.merge(&outcome.times);
    }
    all.seconds = started.elapsed().as_secs_f64();
    Ok(all)
}
