//! A day's work, all at once: handsets that write, programs that order texts and
//! follow the log, agents who look on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::api::Api;
use super::carrier::Carrier;
use super::orders::{self, Order};
use super::screen::{Screen, View};
use super::world::World;
use crate::clock::Clock;

/// Below the ten that one user may open.
const SCREENS: usize = 6;
const FOLLOWERS: usize = 2;
/// Few enough that the threads on the screens have their share of everything.
const HANDSETS: usize = 24;
/// For the first order to be answered.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two texts of all handsets together.
const PACE: Duration = Duration::from_millis(25);

/// Everybody who is at it.
pub struct Work {
    pub stop: watch::Sender<bool>,
    /// Ends those who only look on.
    pub close: watch::Sender<bool>,
    pub handsets: JoinHandle<()>,
    pub orders: JoinHandle<Vec<Order>>,
    pub screens: Vec<Arc<Mutex<View>>>,
    pub followers: Vec<Arc<Mutex<Followed>>>,
}

/// What a program that followed the log has seen.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    pub seqs: Vec<i64>,
    pub cursor: i64,
    /// From the event to its news.
    pub slowest: TimeDelta,
}

pub async fn begin(world: &World, skips_resume: bool) -> anyhow::Result<Work> {
    let api = Api::of(&world.house)?;
    let (stop, close) = (watch::Sender::new(false), watch::Sender::new(false));
    let address = world.front();
    let mut screens = Vec::with_capacity(SCREENS);
    for number in 0..SCREENS {
        let open = api.open(&handset(number), PATIENCE).await?;
        let view = Arc::new(Mutex::new(View { open, ..View::default() }));
        let (house, api) = (world.house.clone(), api.clone());
        let screen = Screen { house, api, address, skips_resume, view: view.clone() };
        tokio::spawn(screen.look(close.subscribe()));
        screens.push(view);
    }
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        let followed = Arc::<Mutex<Followed>>::default();
        tokio::spawn(follow(api.clone(), followed.clone(), close.subscribe()));
        followers.push(followed);
    }
    let carriers = world.carriers().map(Clone::clone);
    let handsets = tokio::spawn(write(carriers, stop.subscribe()));
    let orders = tokio::spawn(orders::place(api, stop.subscribe()));
    Ok(Work { stop, close, handsets, orders, screens, followers })
}

/// Four of five texts go by the stubborn carrier, the fifth by the hasty one.
async fn write(carriers: [Carrier; 2], mut stop: watch::Receiver<bool>) {
    for number in 0_usize.. {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(PACE) => {}
        }
        let carrier = &carriers[usize::from(number % 5 == 4)];
        let from = handset(number);
        let body = format!("text-{number:06}");
        if let Err(error) = carrier.simulator.handset_sends(&from, carrier.number, &body, None) {
            tracing::error!(%error, "a handset could not write");
            return;
        }
    }
}

/// The numbers of those who write and are written to.
pub fn handset(number: usize) -> String {
    format!("+8180123456{:02}", number % HANDSETS)
}

async fn follow(api: Api, followed: Arc<Mutex<Followed>>, mut close: watch::Receiver<bool>) {
    loop {
        let after = followed.lock().expect("no code panics while it follows").cursor;
        let page = tokio::select! {
            _ = close.wait_for(|close| *close) => return,
            page = api.events(after, 2) => page,
        };
        let Ok(page) = page else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let now = Clock::default().now();
        let mut followed = followed.lock().expect("no code panics while it follows");
        followed.cursor = page.next;
        for event in page.events {
            followed.seqs.push(event.seq);
            followed.slowest = followed.slowest.max(now - event.at);
        }
    }
}
