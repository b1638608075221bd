//! An installation of its own for one measurement, and the server over it.
//!
//! The server is a process of its own, this same binary: what it uses can be
//! told from what the measuring uses.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::Plan;
use super::http::{Connection, get};
use crate::actions::people::{self, NewUser};
use crate::actions::set_up::{self, Answers};
use crate::actions::sign_in;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::{InboxId, ProviderAccountId, UserId};
use crate::domain::user::{Actor, Caller, Role};
use crate::password::Passwords;
use crate::providers::{Account, Settings};
use crate::server::{self, Purpose};
use crate::store::scratch::Scratch;

/// Sockets one user may hold (`live::sockets::PER_USER`).
const SOCKETS_EACH: usize = 10;
/// Everybody's; the installation is gone in a minute.
const PASSWORD: &str = "only for as long as this takes";
/// How long a server may take to come up, five million messages included.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Stage {
    folder: PathBuf,
    pub address: SocketAddr,
    pub origin: String,
    database: Option<Scratch>,
}

/// Who sends and receives on it.
#[derive(Clone)]
pub struct House {
    pub inbox: InboxId,
    pub account: Account,
    pub account_id: ProviderAccountId,
    pub sender: String,
}

impl Stage {
    /// An empty place on the disk and database that are to be measured.
    pub fn new(plan: &Plan) -> anyhow::Result<Self> {
        let number = uuid::Uuid::new_v4().simple().to_string();
        let folder = plan.folder.join(format!("henji-bench-{number}"));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let database = match &plan.database_url {
            Some(url) => Some(Scratch::create(url, &format!("henji_bench_{number}"))?),
            None => None,
        };
        // Free now; nothing else on a machine that measures takes it meanwhile.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self { folder, address, origin: format!("http://{address}"), database })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn config(&self) -> anyhow::Result<Config> {
        let settings = self.settings().into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(Config::from_sources(settings, None)?)
    }

    /// The parts, in this process. Passwords are hashed with the least work:
    /// hundreds of people are no part of any measurement.
    pub async fn open(&self) -> anyhow::Result<Arc<App>> {
        let passwords = Passwords::for_tests();
        server::assemble_with(self.config()?, Clock::default(), Purpose::Command, passwords).await
    }

    pub async fn set_up(&self, app: &App) -> anyhow::Result<House> {
        let answers = Answers {
            organization: "Bench".to_owned(),
            admin_name: "Bench".to_owned(),
            admin_email: "admin@example.jp".to_owned(),
            admin_password: PASSWORD.to_owned(),
            inbox: "Bench".to_owned(),
            locale: "ja".to_owned(),
            time_zone: "Asia/Tokyo".to_owned(),
            provider: "simulator".to_owned(),
            settings: Settings::new(),
            sender: None,
        };
        let made = set_up::run(app, Caller::house(Actor::operator()), answers).await?;
        Ok(House {
            inbox: made.inbox,
            account: app.account(&made.account),
            account_id: made.account.id,
            sender: made.sender.address,
        })
    }

    /// Cookies of signed-in agents of `inbox`, one for each of `sockets` sockets.
    pub async fn sign_in(
        &self,
        app: &App,
        inbox: InboxId,
        sockets: usize,
    ) -> anyhow::Result<Vec<String>> {
        let mut cookies = Vec::with_capacity(sockets);
        for number in 0..sockets.div_ceil(SOCKETS_EACH) {
            let cookie = agent(app, inbox, number).await?;
            let own = SOCKETS_EACH.min(sockets - cookies.len());
            cookies.extend(std::iter::repeat_n(cookie, own));
        }
        Ok(cookies)
    }

    /// A cookie of each of so many signed-in agents of `inbox`.
    pub async fn sign_in_each(
        &self,
        app: &App,
        inbox: InboxId,
        agents: usize,
    ) -> anyhow::Result<Vec<String>> {
        let mut cookies = Vec::with_capacity(agents);
        for number in 0..agents {
            cookies.push(agent(app, inbox, number).await?);
        }
        Ok(cookies)
    }

    /// Starts the server and waits for its first 200.
    pub async fn serve(&self) -> anyhow::Result<Server> {
        let started = Instant::now();
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.settings())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot start the server")?;
        let mut server = Server { child, first_answer: Duration::ZERO };
        while !self.answers().await {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if started.elapsed() > PATIENCE {
                bail!("the server did not answer within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.first_answer = started.elapsed();
        Ok(server)
    }

    async fn answers(&self) -> bool {
        let Ok(mut connection) = Connection::open(self.address).await else { return false };
        let asked = get("/readyz", &self.address.to_string(), "");
        connection.ask(&asked).await.is_ok_and(|answer| answer.status == 200)
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let data = self.folder.join("data");
        let mut settings = vec![
            ("HENJI_LISTEN", self.address.to_string()),
            ("HENJI_PUBLIC_URL", self.origin.clone()),
            ("HENJI_DATA_DIR", data.display().to_string()),
            ("HENJI_LOG", "error".to_owned()),
        ];
        settings.extend(
            self.database
                .as_ref()
                .map(|database| ("HENJI_DATABASE_URL", database.url().to_owned())),
        );
        settings
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed is in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A new agent of `inbox`, and the cookie of their session.
async fn agent(app: &App, inbox: InboxId, number: usize) -> anyhow::Result<String> {
    let new = NewUser {
        email: format!("agent{number}@example.jp"),
        name: format!("Agent {number}"),
        role: Role::Agent,
        password: PASSWORD.to_owned(),
        locale: "ja".to_owned(),
    };
    let user = people::add(app, Caller::house(Actor::operator()), new, vec![inbox]).await?;
    cookie_of(app, user).await
}

pub async fn cookie_of(app: &App, user: UserId) -> anyhow::Result<String> {
    let signed_in = sign_in::start(app, user, sign_in::Place::default()).await?;
    Ok(format!("sid={}", signed_in.secret))
}

/// A server process; stopped when dropped.
pub struct Server {
    child: Child,
    /// From exec to the first 200.
    pub first_answer: Duration,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and how long it took to go.
    pub async fn stop(mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        // std sends no signal but SIGKILL.
        let told = Command::new("kill").args(["-s", "TERM", &self.pid().to_string()]).status()?;
        if !told.success() {
            bail!("the server could not be told to stop");
        }
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(begun.elapsed()),
                Some(status) => bail!("told to stop, the server ended with {status}"),
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
