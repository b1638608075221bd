//! After the faults: everything is mended, everybody finishes, and what each of
//! them has seen is written down.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::api::{Api, Event, Message};
use super::orders::Order;
use super::screen::{View, lines};
use super::work::{Followed, Work};
use super::world::World;
use crate::domain::delivery::ReceiptStatus;
use crate::providers::simulator::Behaviour;

/// How long one question may wait for its answer now that nothing breaks.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than the lease of a text in the hands of a node that died.
const LEASE: Duration = Duration::from_secs(75);
/// A start reads the list text by text, known ones too.
const LIST: Duration = Duration::from_secs(120);
/// R6: equal to the server after so long without a change; ten times that
/// before we give up.
const QUIET: Duration = Duration::from_secs(20);

/// A text that a handset sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub body: String,
    pub at: DateTime<Utc>,
    pub acknowledged: bool,
    /// By the carrier that tries once and keeps a list.
    pub hasty: bool,
}

/// A text that a handset got.
#[derive(Clone, Debug)]
pub struct Received {
    pub reference: Uuid,
    pub body: String,
    pub at: DateTime<Utc>,
    pub receipt: Option<ReceiptStatus>,
}

/// What everybody has seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub sent: Vec<Sent>,
    pub received: Vec<Received>,
    pub orders: Vec<Order>,
    pub messages: Vec<Message>,
    pub log: Vec<i64>,
    /// Those of it that are on every screen.
    pub shown: Vec<i64>,
    pub views: Vec<View>,
    pub followed: Vec<Followed>,
    /// How long screens and followers took to catch up with the house.
    pub converged: Duration,
    /// What no henji should ever write to its log.
    pub cries: Vec<String>,
}

pub async fn settle(world: &mut World, work: Work) -> anyhow::Result<Seen> {
    for carrier in world.carriers() {
        carrier.simulator.set_behaviour(Behaviour::default())?;
    }
    for node in &mut world.nodes {
        node.comes_up().await?;
    }
    work.stop.send_replace(true);
    work.handsets.await?;
    let orders = work.orders.await?;
    finish_posting(world).await?;
    // A start reads the hasty carrier's list.
    for node in &mut world.nodes {
        node.stop().await?;
        node.start()?;
        node.comes_up().await?;
    }
    let api = Api::of(&world.house)?;
    until_nothing_is_in_hand(&api).await?;
    finish_posting(world).await?;
    until_listed(world, &api).await?;
    let converged = until_equal(&api, &work.screens, &work.followers).await?;
    let messages = api.everything(PATIENCE).await?;
    let log = api.log(PATIENCE).await?;
    work.close.send_replace(true);
    Ok(Seen {
        sent: sent(world),
        received: received(world),
        orders,
        messages,
        shown: shown(&log),
        log: log.into_iter().map(|event| event.seq).collect(),
        views: work.screens.iter().map(|view| copy(view)).collect(),
        followed: work.followers.iter().map(|followed| copy(followed)).collect(),
        converged,
        cries: world.nodes.iter().flat_map(|node| node.cries()).collect(),
    })
}

async fn finish_posting(world: &World) -> anyhow::Result<()> {
    for carrier in world.carriers() {
        let posted = timeout(2 * PATIENCE, carrier.simulator.idle()).await;
        posted.context("webhooks are not taken, though nothing is broken any more")?;
    }
    Ok(())
}

/// Waits until no text is on its way, or every lease that a dead node held has run
/// out: whatever is still being submitted then is stuck.
async fn until_nothing_is_in_hand(api: &Api) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let messages = api.everything(PATIENCE).await?;
        let in_hand = |message: &Message| {
            let state = message.state.as_deref().unwrap_or_default();
            matches!(state, "draft-held" | "queued" | "submitting")
        };
        if !messages.iter().any(in_hand) || begun.elapsed() > LEASE {
            return Ok(());
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// Waits until the hasty carrier's list was read through, or it is too long.
async fn until_listed(world: &World, api: &Api) -> anyhow::Result<()> {
    let begun = Instant::now();
    let listed = sent(world).into_iter().filter(|text| text.hasty).map(|text| text.body);
    let listed: BTreeSet<String> = listed.collect();
    while begun.elapsed() < LIST {
        let messages = api.everything(PATIENCE).await?;
        let there: BTreeSet<&str> = messages.iter().map(|message| &*message.body).collect();
        if listed.iter().all(|body| there.contains(body.as_str())) {
            break;
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn until_equal(
    api: &Api,
    screens: &[std::sync::Arc<std::sync::Mutex<View>>],
    followers: &[std::sync::Arc<std::sync::Mutex<Followed>>],
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    loop {
        let (messages, log) = (api.everything(PATIENCE).await?, api.log(PATIENCE).await?);
        let (shown, last) = (shown(&log), log.last().map_or(0, |event| event.seq));
        let is_equal = |view: View| {
            view.thread == lines(&messages, view.open) && view.missed(&shown).is_empty()
        };
        let are_equal = screens.iter().all(|view| is_equal(copy(view)))
            && followers.iter().all(|followed| copy(followed).cursor >= last);
        if are_equal || begun.elapsed() > QUIET {
            return Ok(begun.elapsed());
        }
        sleep(Duration::from_millis(100)).await;
    }
}

fn shown(log: &[Event]) -> Vec<i64> {
    log.iter().filter(|event| event.conversation_id.is_some()).map(|event| event.seq).collect()
}

fn copy<T: Clone>(shared: &std::sync::Mutex<T>) -> T {
    shared.lock().expect("no code panics while it holds this").clone()
}

fn sent(world: &World) -> Vec<Sent> {
    let of = |carrier: &super::carrier::Carrier, hasty: bool| {
        let sent = carrier.simulator.all_sent().into_iter();
        let sent = sent.map(move |text| Sent {
            body: text.body,
            at: text.at,
            acknowledged: text.acknowledged,
            hasty,
        });
        sent.collect::<Vec<_>>()
    };
    [of(&world.stubborn, false), of(&world.hasty, true)].concat()
}

fn received(world: &World) -> Vec<Received> {
    let all = world.carriers().map(|carrier| carrier.simulator.all_received()).concat();
    let all = all.into_iter().map(|text| Received {
        reference: text.reference.0,
        body: text.body,
        at: text.at,
        receipt: text.receipt,
    });
    all.collect()
}

/// The longest of some times; nothing where there are none.
pub fn longest(times: impl Iterator<Item = TimeDelta>) -> TimeDelta {
    times.max().unwrap_or_default()
}
