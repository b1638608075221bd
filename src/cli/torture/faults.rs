//! Throws what the plan says, and takes each fault back when its time is over.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::node::Node;
use super::plan::{Fault, Plan, RoadName, Weather};
use super::world::World;

/// How often each kind of fault was thrown.
#[derive(Clone, Debug, Default)]
pub struct Thrown {
    pub counts: BTreeMap<&'static str, u64>,
    /// Requests, answers and connections that the roads lost.
    pub lost_on_roads: BTreeMap<RoadName, u64>,
    /// The longest a node took to stop when told to.
    pub slowest_stop: Duration,
}

/// The end of a fault.
enum End {
    Start(usize),
    Thaw(usize),
    Calm(RoadName),
    Open(RoadName),
}

pub async fn throw(world: &mut World, plan: &Plan) -> anyhow::Result<Thrown> {
    let begun = Instant::now();
    let mut thrown = Thrown::default();
    let mut ends: Vec<(Instant, End)> = Vec::new();
    for step in &plan.steps {
        let at = begun + step.at;
        while let Some(next) = next_before(&mut ends, at) {
            sleep_until(next.0).await;
            end(world, next.1)?;
        }
        sleep_until(at).await;
        world.nodes.iter_mut().try_for_each(Node::revive)?;
        begin(world, &step.fault, &mut thrown, &mut ends).await?;
    }
    while let Some(next) = next_before(&mut ends, begun + plan.time) {
        sleep_until(next.0).await;
        end(world, next.1)?;
    }
    sleep_until(begun + plan.time).await;
    // Whatever still goes on ends now.
    ends.into_iter().try_for_each(|(_, last)| end(world, last))?;
    for name in RoadName::ALL {
        let lost = world.roads(name).iter().map(|road| road.lost()).sum();
        thrown.lost_on_roads.insert(name, lost);
    }
    Ok(thrown)
}

async fn begin(
    world: &mut World,
    fault: &Fault,
    thrown: &mut Thrown,
    ends: &mut Vec<(Instant, End)>,
) -> anyhow::Result<()> {
    let now = Instant::now();
    // A node that is away or frozen has its fault already.
    let busy = |node: usize| {
        let is_its = |end: &End| matches!(end, End::Start(n) | End::Thaw(n) if *n == node);
        ends.iter().any(|(_, end)| is_its(end))
    };
    match fault {
        Fault::Kill { node, .. } | Fault::Restart { node } | Fault::Freeze { node, .. }
            if busy(*node) =>
        {
            return Ok(());
        }
        Fault::Kill { node, away } => {
            world.nodes[*node].kill();
            ends.push((now + *away, End::Start(*node)));
        }
        Fault::Restart { node } => {
            let node = &mut world.nodes[*node];
            // It must have come up to hear us.
            node.comes_up().await?;
            thrown.slowest_stop = thrown.slowest_stop.max(node.stop().await?);
            node.start()?;
        }
        Fault::Freeze { node, time } => {
            world.nodes[*node].freeze()?;
            ends.push((now + *time, End::Thaw(*node)));
        }
        Fault::Storm { road, weather, time } => {
            world.roads(*road).iter().for_each(|road| road.set_weather(*weather));
            ends.push((now + *time, End::Calm(*road)));
        }
        Fault::Cut { road } => world.roads(*road).iter().for_each(|road| road.cut()),
        Fault::Close { road, time } => {
            world.roads(*road).iter().for_each(|road| road.close(true));
            ends.push((now + *time, End::Open(*road)));
        }
        Fault::Carrier { behaviour } => {
            for carrier in world.carriers() {
                carrier.simulator.set_behaviour(behaviour.clone())?;
            }
        }
    }
    *thrown.counts.entry(fault.word()).or_default() += 1;
    Ok(())
}

fn end(world: &mut World, end: End) -> anyhow::Result<()> {
    match end {
        End::Start(node) => world.nodes[node].start()?,
        End::Thaw(node) => world.nodes[node].thaw()?,
        End::Calm(road) => {
            world.roads(road).iter().for_each(|road| road.set_weather(Weather::default()));
        }
        End::Open(road) => world.roads(road).iter().for_each(|road| road.close(false)),
    }
    Ok(())
}

/// Takes out the first end before `at`.
fn next_before(ends: &mut Vec<(Instant, End)>, at: Instant) -> Option<(Instant, End)> {
    let first = ends.iter().enumerate().min_by_key(|(_, (end, _))| *end)?.0;
    (ends[first].0 <= at).then(|| ends.swap_remove(first))
}
