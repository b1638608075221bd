//! Which faults are thrown, and when: all of it drawn from the seed beforehand.

use std::fmt;
use std::time::Duration;

use super::super::Torture;
use super::super::demo::random::Random;
use crate::providers::simulator::{Behaviour, ReceiptKind};

/// What there is to break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub nodes: usize,
    /// A database that is reached over a road.
    pub database: bool,
    pub broker: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub time: Duration,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub at: Duration,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// SIGKILL; started again after a while.
    Kill { node: usize, away: Duration },
    /// SIGTERM, as in a rolling restart.
    Restart { node: usize },
    /// SIGSTOP, SIGCONT.
    Freeze { node: usize, time: Duration },
    /// A road loses requests and answers and slows down.
    Storm { road: RoadName, weather: Weather, time: Duration },
    /// Every connection of a road breaks.
    Cut { road: RoadName },
    /// A road leads nowhere for a while.
    Close { road: RoadName, time: Duration },
    /// The carriers behave otherwise until the next such step.
    Carrier { behaviour: Behaviour },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoadName {
    /// From carriers to nodes.
    Hooks,
    /// From nodes to carriers.
    Sends,
    /// From browsers and programs to nodes.
    Front,
    Database,
    Broker,
}

/// In a hundred.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weather {
    /// Requests that never arrive.
    pub drops: f64,
    /// Answers that never arrive: what was asked for is done.
    pub loses: f64,
    pub delay: Duration,
}

/// Nothing is thrown before everybody has come.
const CALM: Duration = Duration::from_secs(2);

/// Texts are taken and nobody ever hears of it.
const LOST_ANSWERS: Fault = Fault::Carrier {
    behaviour: Behaviour {
        receipt: ReceiptKind::None,
        delay_ms: 0,
        duplicate: true,
        reorder: false,
        lose_response: true,
        throttle_every: 0,
        reject_code: None,
    },
};
const SUDDEN_DEATH: Fault = Fault::Kill { node: 0, away: Duration::from_millis(300) };
const CUT: Fault = Fault::Cut { road: RoadName::Front };

impl Shape {
    pub fn of(asked: &Torture) -> Self {
        let database = asked.database_url.is_some();
        let nodes = if database { 2 } else { 1 };
        Self { nodes, database, broker: asked.nats_url.is_some() }
    }
}

impl Plan {
    /// The same seed, time and shape give the same plan on every machine.
    pub fn draw(seed: u64, time: Duration, shape: Shape) -> Self {
        let mut random = Random::new(seed);
        let mut steps = Vec::new();
        let mut at = CALM;
        // Whatever the seed, no run is so short that these are missing.
        for fault in [LOST_ANSWERS, SUDDEN_DEATH, CUT] {
            steps.push(Step { at, fault });
            at += millis(&mut random, 200, 1_400);
        }
        while at < time.max(CALM + Duration::from_secs(1)) {
            steps.push(Step { at, fault: fault(&mut random, shape) });
            at += millis(&mut random, 200, 1_400);
        }
        Self { time, steps }
    }
}

fn fault(random: &mut Random, shape: Shape) -> Fault {
    let node = random.between(0, shape.nodes as i64 - 1) as usize;
    let roads: &[RoadName] = match (shape.database, shape.broker) {
        (_, true) => &[RoadName::Database, RoadName::Broker],
        (true, false) => &[RoadName::Database],
        (false, false) => &[RoadName::Sends],
    };
    match random.between(0, 99) {
        0..22 => Fault::Kill { node, away: millis(random, 0, 900) },
        22..28 => Fault::Restart { node },
        28..38 => Fault::Freeze { node, time: millis(random, 100, 2_500) },
        38..58 => Fault::Storm {
            road: *random.pick(&[RoadName::Hooks, RoadName::Sends, RoadName::Front]),
            weather: Weather {
                drops: random.between(0, 30) as f64,
                loses: random.between(5, 40) as f64,
                delay: millis(random, 0, 80),
            },
            time: millis(random, 300, 2_500),
        },
        58..72 => Fault::Cut {
            road: *random.pick(&[
                RoadName::Hooks,
                RoadName::Sends,
                RoadName::Front,
                RoadName::Front,
            ]),
        },
        72..78 => Fault::Cut { road: *random.pick(roads) },
        78..84 => Fault::Close { road: *random.pick(roads), time: millis(random, 100, 2_500) },
        _ => Fault::Carrier { behaviour: behaviour(random) },
    }
}

fn behaviour(random: &mut Random) -> Behaviour {
    Behaviour {
        receipt: *random.pick(&[
            ReceiptKind::Delivered,
            ReceiptKind::Delivered,
            ReceiptKind::Undelivered,
            ReceiptKind::None,
        ]),
        delay_ms: random.between(0, 4_000).unsigned_abs(),
        duplicate: random.chance(50.0),
        reorder: random.chance(40.0),
        lose_response: random.chance(25.0),
        throttle_every: *random.pick(&[0, 0, 3, 7]),
        reject_code: None,
    }
}

fn millis(random: &mut Random, low: i64, high: i64) -> Duration {
    Duration::from_millis(random.between(low, high).unsigned_abs())
}

impl RoadName {
    pub const ALL: [Self; 5] =
        [Self::Hooks, Self::Sends, Self::Front, Self::Database, Self::Broker];

    pub fn word(self) -> &'static str {
        match self {
            Self::Hooks => "hooks",
            Self::Sends => "sends",
            Self::Front => "front",
            Self::Database => "database",
            Self::Broker => "broker",
        }
    }
}

impl Fault {
    /// What it counts as.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Kill { .. } => "kill",
            Self::Restart { .. } => "restart",
            Self::Freeze { .. } => "freeze",
            Self::Storm { .. } => "storm",
            Self::Cut { .. } => "cut",
            Self::Close { .. } => "close",
            Self::Carrier { .. } => "carrier",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.3} s  {:<8}", self.at.as_secs_f64(), self.fault.word())?;
        match &self.fault {
            Fault::Kill { node, away } => write!(f, "node {node}, away {} ms", away.as_millis()),
            Fault::Restart { node } => write!(f, "node {node}"),
            Fault::Freeze { node, time } => write!(f, "node {node}, {} ms", time.as_millis()),
            Fault::Storm { road, weather, time } => write!(
                f,
                "{}, {} ms: drops {} %, loses {} %, {} ms late",
                road.word(),
                time.as_millis(),
                weather.drops,
                weather.loses,
                weather.delay.as_millis()
            ),
            Fault::Cut { road } => f.write_str(road.word()),
            Fault::Close { road, time } => write!(f, "{}, {} ms", road.word(), time.as_millis()),
            Fault::Carrier { behaviour } => write!(
                f,
                "receipt {:?} after {} ms{}{}{}, throttles every {}",
                behaviour.receipt,
                behaviour.delay_ms,
                if behaviour.duplicate { ", twice" } else { "" },
                if behaviour.reorder { ", out of order" } else { "" },
                if behaviour.lose_response { ", answers lost" } else { "" },
                behaviour.throttle_every
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const TWO: Shape = Shape { nodes: 2, database: true, broker: true };
    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn the_same_seed_throws_the_same_faults() {
        assert_eq!(Plan::draw(7, HOUR, TWO), Plan::draw(7, HOUR, TWO));
        assert_ne!(Plan::draw(7, HOUR, TWO), Plan::draw(8, HOUR, TWO));
        // And always will: the first steps of seed 1, as they were when this was written.
        let plan = Plan::draw(1, HOUR, Shape { nodes: 1, database: false, broker: false });
        let first: Vec<_> = plan.steps.iter().take(3).map(ToString::to_string).collect();
        assert_eq!(first.join("\n"), FIRST);
    }

    const FIRST: &str =
        "    2.000 s  carrier receipt None after 0 ms, twice, answers lost, throttles every 0
    2.644 s  kill    node 0, away 300 ms
    3.218 s  cut     front";

    #[test]
    fn every_kind_of_fault_comes_and_none_too_early() {
        let plan = Plan::draw(1, HOUR, TWO);
        let kinds: BTreeSet<_> = plan.steps.iter().map(|step| step.fault.word()).collect();
        assert_eq!(kinds.len(), 7, "{kinds:?}");
        assert!(plan.steps.iter().all(|step| step.at >= CALM && step.at < HOUR));
        assert!(plan.steps.is_sorted_by_key(|step| step.at));
    }

    #[test]
    fn one_node_has_no_neighbour_to_break() {
        let plan = Plan::draw(1, HOUR, Shape { nodes: 1, database: false, broker: false });
        for step in plan.steps {
            match step.fault {
                Fault::Kill { node, .. } | Fault::Freeze { node, .. } => assert_eq!(node, 0),
                Fault::Cut { road } | Fault::Close { road, .. } => {
                    assert!(!matches!(road, RoadName::Database | RoadName::Broker));
                }
                _ => {}
            }
        }
    }
}
