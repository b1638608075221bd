//! Everything there is: nodes, roads, carriers, and the house they live in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use super::super::Torture;
use super::carrier::Carrier;
use super::node::Node;
use super::plan::{RoadName, Shape};
use super::road::Road;
use crate::actions::set_up::{self, Answers};
use crate::actions::settings::{self, NewAccount};
use crate::actions::sign_in;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::InboxId;
use crate::domain::user::{Actor, Caller};
use crate::password::Passwords;
use crate::providers::Settings;
use crate::providers::simulator::{Patience, remote};
use crate::sabotage::{MARK, Sabotage};
use crate::server::{self, Purpose};
use crate::store::scratch::Scratch;
use crate::store::seal::random;

const PASSWORD: &str = "only for as long as this takes";

/// Our number at the carrier that never gives up: what is ordered goes by it, so
/// that every receipt comes in the end.
pub const STUBBORN: &str = "+815011112222";
/// Repeats a webhook until it is taken, and keeps no list.
const NEVER: Patience = Patience {
    first: Duration::from_millis(100),
    longest: Duration::from_secs(1),
    all: Duration::from_secs(24 * 3_600),
    hold: Duration::from_millis(300),
};
/// Tries once, as Twilio does by default, and keeps a list (R3).
const ONCE: Patience = Patience { all: Duration::ZERO, ..NEVER };

pub struct World {
    pub nodes: Vec<Node>,
    pub stubborn: Carrier,
    pub hasty: Carrier,
    pub house: House,
    roads: Roads,
    folder: PathBuf,
    keeps_folder: bool,
    // Last: dropped when nobody uses it any more.
    _database: Option<Scratch>,
}

/// How to get in.
#[derive(Clone)]
pub struct House {
    /// What browsers and programs know: the front road.
    pub url: String,
    pub token: String,
    /// A signed-in browser.
    pub cookie: String,
    pub inbox: InboxId,
}

pub struct Roads {
    hooks: Road,
    sends: [Road; 2],
    front: Road,
    database: Option<Road>,
    broker: Option<Road>,
}

impl World {
    /// Makes a place for it all, and sets the house up; nothing runs yet.
    pub async fn build(asked: &Torture) -> anyhow::Result<Self> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let parent = asked.folder.clone().unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("henji-torture-{name}"));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let shape = Shape::of(asked);
        let mut nodes = (0..shape.nodes)
            .map(|n| Node::new(folder.join(format!("node-{n}"))))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let database = match &asked.database_url {
            Some(url) => Some(Scratch::create(url, &format!("henji_torture_{name}"))?),
            None => None,
        };
        let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
        let seed = asked.seed;
        let hooks = Road::open(addresses.clone(), seed ^ 1)?;
        let carrier = |name, number, patience, lists| {
            let journal = folder.join(format!("{name}.truth"));
            Carrier::open(&journal, hooks.address, number, patience, lists)
        };
        let stubborn = carrier("stubborn", STUBBORN, NEVER, false)?;
        let hasty = carrier("hasty", "+815011113333", ONCE, true)?;
        let road_to =
            |url: Option<&str>, usual, seed| url.map(|url| around(url, usual, seed)).transpose();
        let (database_road, database_url) =
            road_to(database.as_ref().map(Scratch::url), 5432, seed ^ 2)?.unzip();
        let (broker_road, broker_url) = road_to(asked.nats_url.as_deref(), 4222, seed ^ 3)?.unzip();
        let roads = Roads {
            front: Road::open(addresses, seed ^ 4)?,
            sends: [
                Road::open(vec![stubborn.address], seed ^ 5)?,
                Road::open(vec![hasty.address], seed ^ 6)?,
            ],
            hooks,
            database: database_road,
            broker: broker_road,
        };
        let url = format!("http://{}", roads.front.address);
        let key_file = folder.join("henji.key").display().to_string();
        let mut common = vec![
            ("HENJI_PUBLIC_URL", url.clone()),
            ("HENJI_KEY_FILE", key_file),
            ("HENJI_LOG", "warn".to_owned()),
        ];
        common.extend(database_url.map(|url| ("HENJI_DATABASE_URL", url)));
        common.extend(broker_url.map(|url| ("HENJI_NATS_URL", url)));
        let sabotage = arm(asked, &nodes)?;
        for node in &mut nodes {
            node.configure(common.clone(), sabotage.clone());
        }
        let house = furnish(&nodes[0], common, url, [&stubborn, &hasty], &roads.sends).await?;
        let keeps_folder = false;
        Ok(Self { nodes, stubborn, hasty, house, roads, folder, keeps_folder, _database: database })
    }

    pub async fn begin(&mut self) -> anyhow::Result<()> {
        for node in &mut self.nodes {
            node.start()?;
        }
        for node in &mut self.nodes {
            node.comes_up().await?;
        }
        Ok(())
    }

    pub fn carriers(&self) -> [&Carrier; 2] {
        [&self.stubborn, &self.hasty]
    }

    /// The roads of that name; none where this world has none.
    pub fn roads(&self, name: RoadName) -> Vec<&Road> {
        match name {
            RoadName::Hooks => vec![&self.roads.hooks],
            RoadName::Sends => self.roads.sends.iter().collect(),
            RoadName::Front => vec![&self.roads.front],
            RoadName::Database => self.roads.database.iter().collect(),
            RoadName::Broker => self.roads.broker.iter().collect(),
        }
    }

    /// Where browsers and programs come in.
    pub fn front(&self) -> SocketAddr {
        self.roads.front.address
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// For whoever wants to know why.
    pub fn leave_folder(&mut self) {
        self.keeps_folder = true;
    }

    pub fn keep_folder(&mut self, error: anyhow::Error) -> anyhow::Error {
        self.leave_folder();
        error.context(format!("the run broke off; its files are in {}", self.folder.display()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.nodes.clear();
        if !self.keeps_folder {
            // What cannot be removed is in the temporary folder.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A road to where `url` leads, and the address by which it is taken.
fn around(url: &str, usual: u16, seed: u64) -> anyhow::Result<(Road, String)> {
    let mut url = url::Url::parse(url)?;
    let host = url.host_str().context("an address without a host")?.to_owned();
    let target = (host.as_str(), url.port().unwrap_or(usual));
    let targets: Vec<_> = std::net::ToSocketAddrs::to_socket_addrs(&target)
        .with_context(|| format!("{host} is not known"))?
        .collect();
    let road = Road::open(targets, seed)?;
    let changed =
        url.set_host(Some("127.0.0.1")).is_ok() && url.set_port(Some(road.address.port())).is_ok();
    anyhow::ensure!(changed, "{url} cannot be led over another road");
    Ok((road, url.into()))
}

/// Says in every node's folder that it is there to be broken.
fn arm(asked: &Torture, nodes: &[Node]) -> anyhow::Result<Option<String>> {
    let fault = asked.control.as_deref().filter(|word| Sabotage::from_word(word).is_some());
    let Some(fault) = fault else { return Ok(None) };
    let secret = uuid::Uuid::from_bytes(random()).simple().to_string();
    for node in nodes {
        std::fs::write(node.folder().join(MARK), &secret)?;
    }
    Ok(Some(format!("{fault}:{secret}")))
}

/// One inbox, two carriers, one administrator who is signed in, one token.
async fn furnish(
    node: &Node,
    common: Vec<(&'static str, String)>,
    url: String,
    carriers: [&Carrier; 2],
    sends: &[Road; 2],
) -> anyhow::Result<House> {
    let mut settings = common;
    settings.push(("HENJI_DATA_DIR", node.folder().display().to_string()));
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
    let config = Config::from_sources(settings, None)?;
    let (purpose, passwords) = (Purpose::Command, Passwords::for_tests());
    let app = server::assemble_with(config, Clock::default(), purpose, passwords).await?;
    let operator = || Caller::house(Actor::operator());
    let by = |road: &Road| {
        Settings::from([(remote::SETTING.to_owned(), format!("http://{}", road.address))])
    };
    let answers = Answers {
        organization: "Torture".to_owned(),
        admin_name: "Torture".to_owned(),
        admin_email: "admin@example.jp".to_owned(),
        admin_password: PASSWORD.to_owned(),
        inbox: "Torture".to_owned(),
        locale: "ja".to_owned(),
        time_zone: "Asia/Tokyo".to_owned(),
        provider: "simulator".to_owned(),
        settings: by(&sends[0]),
        sender: Some(carriers[0].number.to_owned()),
    };
    let made = set_up::run(&app, operator(), answers).await?;
    let second = NewAccount {
        kind: "simulator".to_owned(),
        settings: by(&sends[1]),
        sender: carriers[1].number.to_owned(),
    };
    let (second, _) = settings::add_account(&app, operator(), made.inbox, second).await?;
    carriers[0].serve(app.account(&made.account));
    carriers[1].serve(app.account(&second));
    let scopes = vec!["admin".to_owned()];
    let (_, token) = settings::add_token(&app, operator(), "torture".to_owned(), scopes).await?;
    let signed_in = sign_in::start(&app, made.admin, sign_in::Place::default()).await?;
    Ok(House { url, token, cookie: format!("sid={}", signed_in.secret), inbox: made.inbox })
}
