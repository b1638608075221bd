//! `handoffs`: callers press keys while agents look on; the telephone exchange waits
//! for each answer, and so does whoever is on the line (product.md I2, I8).

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::histogram::{Histogram, rounded};
use super::http::{Connection, get};
use super::machine::{disk_probe, usage};
use super::marks::Marks;
use super::screens::Screens;
use super::stage::{House, Server, Stage};
use super::{Plan, report};
use crate::actions::handoff_flows::{self, Which};
use crate::actions::{links, settings};
use crate::app::App;
use crate::cli::demo::random::Random;
use crate::clock::fresh_id;
use crate::domain::handoff::{DUPLICATE, Flow, MenuOption, Overflow, RETURNS};
use crate::domain::message::Purpose;
use crate::domain::user::{Actor, Caller};

/// How long without `--seconds`: long enough for what happens once a minute.
const LONG: Duration = Duration::from_secs(300);
/// Of it, how long nobody looks on first, which is the control.
const ALONE: u32 = 5;
/// Presses a minute for which one key to the API is enough: it may send twice as many.
const PER_KEY: u64 = 500;
/// Connections: a telephone exchange asks for several callers at once.
const CONNECTIONS: usize = 16;
/// What the answer may take for 99 of 100 callers, and for any, in milliseconds.
const P99: f64 = 50.0;
const LONGEST: f64 = 300.0;

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let house = stage.set_up(&app).await?;
    let cookies = stage.sign_in_each(&app, house.inbox, plan.agents).await?;
    write_menu(&app, &house).await?;
    let keys = keys(&app, plan.rate).await?;
    drop(app);
    let server = stage.serve().await?;
    let time = plan.asked_time.unwrap_or(LONG);
    let mut bench = Bench { plan, stage: &stage, server: &server, keys, pressed: 0 };
    let alone = bench.phase("nobody looks", &[], time / ALONE).await?;
    let beside = bench.phase("agents look", &cookies, time).await?;
    report(json!({
        "bench": "handoffs",
        "database": plan.database(),
        "phase": "ratios",
        "p99_over_nobody": rounded(beside.times.percentile(99.0) / alone.times.percentile(99.0)),
        "p99_of_limit": rounded(beside.times.percentile(99.0) / P99),
        "longest_of_limit": rounded(beside.times.longest() / LONGEST),
    }))?;
    ensure!(beside.times.percentile(99.0) <= P99, "one of 100 callers waited for over {P99} ms");
    ensure!(beside.times.longest() <= LONGEST, "a caller waited for over {LONGEST} ms");
    Ok(())
}

struct Bench<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    server: &'a Server,
    keys: Arc<Vec<String>>,
    /// Callers of the phases before: nobody rings twice.
    pressed: u64,
}

/// What became of the presses of one phase.
#[derive(Default)]
struct Outcome {
    /// From when the key was pressed to the whole answer.
    times: Histogram,
    accepted: u64,
    /// The first answer that was another.
    other: Option<String>,
}

impl Bench<'_> {
    async fn phase(
        &mut self,
        name: &str,
        cookies: &[String],
        time: Duration,
    ) -> anyhow::Result<Outcome> {
        let count = (self.plan.rate * time.as_secs() / 60).max(1);
        let probe = disk_probe(self.stage.folder())?;
        let screens = match cookies {
            [] => None,
            some => Some(self.screens(some).await?),
        };
        let before = usage(self.server.pid());
        let control = tokio::spawn(control(self.stage.address, times(count, time, 2)));
        let outcome = self.press(times(count, time, 1)).await?;
        let control = control.await??;
        let after = usage(self.server.pid());
        let seen = match screens {
            Some(screens) => screens.close().await,
            None => super::screens::Seen::default(),
        };
        let cpu = before.zip(after).map(|(before, after)| after.cpu_ms_since(&before));
        report(json!({
            "bench": "handoffs",
            "database": self.plan.database(),
            "phase": name,
            "agents": cookies.len(),
            "presses": count,
            "presses_per_min": self.plan.rate,
            "accepted": outcome.accepted,
            "press_to_answer_ms": figures(&outcome.times),
            "limit_ms": { "p99": P99, "longest": LONGEST },
            "livez_meanwhile_ms": figures(&control),
            "kb_to_each_agent": seen.bytes.checked_div(1_024 * cookies.len() as u64),
            "resets": seen.resets,
            "sockets_lost": seen.lost,
            "server_cpu_ms_per_press": cpu.map(|cpu| rounded(cpu / count as f64)),
            "server_rss_mb": after.map(|usage| usage.rss_kb / 1024),
            "disk": probe,
        }))?;
        if let Some(other) = &outcome.other {
            anyhow::bail!("{} of {count} were accepted; one was told {other}", outcome.accepted);
        }
        ensure!(seen.lost == 0, "{} sockets were lost", seen.lost);
        ensure!(cookies.is_empty() || seen.bytes > 0, "no agent was shown anything");
        Ok(outcome)
    }

    async fn screens(&self, cookies: &[String]) -> io::Result<Screens> {
        let Stage { address, origin, .. } = self.stage;
        Screens::open(*address, origin, cookies, Arc::new(Marks::new(1))).await
    }

    /// Presses at `times` from now, whether answers come or not.
    async fn press(&mut self, times: Vec<Duration>) -> anyhow::Result<Outcome> {
        let (first, started) = (self.pressed, Instant::now());
        self.pressed += times.len() as u64;
        let (due, presses) = mpsc::unbounded_channel();
        // A thread of its own: timers of the runtime are a millisecond wide.
        let metronome = std::thread::spawn(move || {
            for (number, time) in (first..).zip(times) {
                let at = started + time;
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                if due.send((number, at)).is_err() {
                    break;
                }
            }
        });
        let presses = Arc::new(Mutex::new(presses));
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (presses, keys) = (presses.clone(), self.keys.clone());
            let mut connection = Connection::open(self.stage.address).await?;
            tasks.spawn(async move {
                let mut outcome = Outcome::default();
                loop {
                    let next = presses.lock().await.recv().await;
                    let Some((number, at)) = next else { return Ok::<_, io::Error>(outcome) };
                    let answer = connection.ask(&request(&keys, number)).await?;
                    outcome.record(at.elapsed(), answer.status, &answer.body);
                }
            });
        }
        let mut all = Outcome::default();
        for outcome in tasks.join_all().await {
            all.merge(outcome?);
        }
        metronome.join().map_err(|_panic| anyhow::anyhow!("the metronome stopped"))?;
        Ok(all)
    }
}

impl Outcome {
    fn record(&mut self, time: Duration, status: u16, body: &[u8]) {
        self.times.record(time);
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        match answer["result"].as_str() {
            Some("accepted") => self.accepted += 1,
            result => {
                let what = result.unwrap_or("no result");
                self.other.get_or_insert_with(|| format!("{what} ({status})"));
            }
        }
    }

    fn merge(&mut self, more: Self) {
        self.times.merge(&more.times);
        self.accepted += more.accepted;
        self.other = self.other.take().or(more.other);
    }
}

/// A page that asks for nothing, while keys are pressed: what it waits for is the
/// machine, and none of it the handoffs'.
async fn control(to: std::net::SocketAddr, times: Vec<Duration>) -> io::Result<Histogram> {
    let (started, mut waits) = (Instant::now(), Histogram::default());
    let mut connection = Connection::open(to).await?;
    let asked = get("/livez", &to.to_string(), "");
    for time in times {
        tokio::time::sleep_until((started + time).into()).await;
        let begun = Instant::now();
        connection.ask(&asked).await?;
        waits.record(begun.elapsed());
    }
    Ok(waits)
}

/// When callers press: at random within the time, since nobody waits for another's
/// turn. So several come at once now and then, and at times nobody does.
fn times(count: u64, time: Duration, seed: u64) -> Vec<Duration> {
    let mut random = Random::new(seed);
    let longest = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let micros = std::iter::repeat_with(|| random.between(0, longest).unsigned_abs());
    let mut times: Vec<_> = micros.take(count as usize).map(Duration::from_micros).collect();
    times.sort_unstable();
    times
}

/// Every caller rings once, from a number of their own.
fn request(keys: &[String], number: u64) -> Vec<u8> {
    let body = json!({
        "call_id": format!("call-{number}"),
        "caller": format!("+8190{:08}", 10_000_000 + number * 7_919 % 80_000_000),
        "flow": "main",
        "digit": (number % 3 + 1).to_string(),
    })
    .to_string();
    let key = &keys[number as usize % keys.len()];
    format!(
        "POST /api/v1/handoffs HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The menu of product.md 9.3.
async fn write_menu(app: &App, house: &House) -> anyhow::Result<()> {
    let caller = || Caller::house(Actor::operator());
    links::allow_host(app, caller(), "www.example.jp").await?;
    let option = |(digit, topic): (&str, &str)| MenuOption {
        digit: digit.to_owned(),
        topic: topic.to_owned(),
        body: format!("【ひかり通販】{topic}のご案内はこちら {{url}} (24時間有効)"),
        url: Some(format!("https://www.example.jp/{digit}")),
        team: None,
        purpose: Purpose::Notice,
        language: None,
    };
    let flow = Flow {
        id: fresh_id(),
        name: "main".to_owned(),
        inbox: house.inbox,
        called: None,
        operator: None,
        calendar: None,
        duplicate: DUPLICATE,
        returns: RETURNS,
        foreign_numbers: false,
        overflow: Overflow::Off,
        busy_calendar: None,
        general: None,
        closed: None,
        overflow_body: None,
        overflow_url: None,
        options: [("1", "返品・交換"), ("2", "配送状況"), ("3", "その他")].map(option).into(),
        sayings: Vec::new(),
    };
    let saved = handoff_flows::save(app, caller(), Which::New, flow, None).await;
    saved.map(drop).map_err(|refusal| refusal.error).context("the menu was refused")
}

/// Keys to the API, as many as exchanges would have that ring so often.
async fn keys(app: &App, rate: u64) -> anyhow::Result<Arc<Vec<String>>> {
    let mut keys = Vec::new();
    for number in 0..rate.div_ceil(PER_KEY) {
        let (caller, scopes) = (Caller::house(Actor::operator()), vec!["handoffs:write".into()]);
        let added = settings::add_token(app, caller, format!("Exchange {number}"), scopes);
        keys.push(added.await?.1);
    }
    Ok(Arc::new(keys))
}

fn figures(times: &Histogram) -> Value {
    json!({
        "p50": times.percentile(50.0),
        "p99": times.percentile(99.0),
        "longest": times.longest(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_come_at_random_within_the_time() {
        let long = Duration::from_secs(60);
        let found = times(500, long, 1);
        assert_eq!(found.len(), 500);
        assert!(found.is_sorted() && found.iter().all(|at| *at <= long));
        assert_eq!(found, times(500, long, 1), "the same in each run");
        let halves = found.iter().filter(|at| **at < long / 2).count();
        assert!((200..300).contains(&halves), "{halves}");
    }

    #[test]
    fn anything_but_an_accepted_key_is_told() {
        let mut outcome = Outcome::default();
        outcome.record(Duration::from_millis(2), 200, br#"{"result":"accepted"}"#);
        assert_eq!((outcome.accepted, &outcome.other), (1, &None));
        outcome.record(Duration::from_millis(2), 200, br#"{"result":"rate_limited"}"#);
        outcome.record(Duration::from_millis(2), 503, b"");
        assert_eq!(outcome.other.as_deref(), Some("rate_limited (200)"));
        assert_eq!((outcome.accepted, outcome.times.count()), (1, 3));
    }
}
