//! One henji, in a process of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::time::timeout;

use super::super::bench::http::{Connection, get};

/// How long a node may take to come up on a busy machine.
const START: Duration = Duration::from_secs(30);
/// How long it may take to say that it lives.
const PATIENCE: Duration = Duration::from_secs(2);
/// R19: a node told to stop is gone by then.
const STOP: Duration = Duration::from_secs(12);

pub struct Node {
    pub address: SocketAddr,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
    sabotage: Option<String>,
    child: Option<Child>,
}

impl Node {
    /// Not started yet; listens on a port that is free now.
    pub fn new(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self { address, folder, settings: Vec::new(), sabotage: None, child: None })
    }

    pub fn configure(&mut self, settings: Vec<(&'static str, String)>, sabotage: Option<String>) {
        self.settings = settings;
        self.settings.push(("HENJI_LISTEN", self.address.to_string()));
        self.settings.push(("HENJI_DATA_DIR", self.folder.display().to_string()));
        self.sabotage = sabotage;
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().append(true).create(true).open(self.log_file())?;
        let mut serve = Command::new(std::env::current_exe()?);
        serve.arg("serve").current_dir(&self.folder).env_clear();
        serve.envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())));
        if let Some(sabotage) = &self.sabotage {
            serve.args(["--sabotage", sabotage]);
        }
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(serve.spawn().context("cannot start henji")?);
        Ok(())
    }

    /// Starts it again if it ended by itself, as a service manager does: a database
    /// that is away at its start is a reason to end.
    pub fn revive(&mut self) -> anyhow::Result<()> {
        let ended = match &mut self.child {
            Some(child) => child.try_wait()?.is_some(),
            None => false,
        };
        if ended { self.start() } else { Ok(()) }
    }

    /// Waits until it answers; from then on it hears when it is told to stop.
    pub async fn comes_up(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !self.lives().await {
            if begun.elapsed() > START {
                bail!("henji does not start: {}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.revive()?;
        }
        Ok(())
    }

    async fn lives(&self) -> bool {
        let ask = async {
            let mut connection = Connection::open(self.address).await?;
            connection.ask(&get("/livez", &self.address.to_string(), "")).await
        };
        matches!(timeout(PATIENCE, ask).await, Ok(Ok(answer)) if answer.status == 200)
    }

    /// SIGKILL: no farewell, nothing flushed.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and how long it took to go.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        self.signal("TERM")?;
        while let Some(child) = &mut self.child {
            match child.try_wait()? {
                Some(status) if status.success() => self.child = None,
                Some(status) => {
                    bail!("told to stop, henji ended with {status}: {}", self.last_words())
                }
                None if begun.elapsed() > STOP => {
                    bail!("henji does not stop: {}", self.last_words())
                }
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        Ok(begun.elapsed())
    }

    pub fn freeze(&self) -> anyhow::Result<()> {
        self.signal("STOP")
    }

    pub fn thaw(&self) -> anyhow::Result<()> {
        self.signal("CONT")
    }

    /// Lines that no henji should ever write.
    pub fn cries(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.log_file()).unwrap_or_default();
        let cries = log.lines().filter(|line| line.contains("panicked"));
        cries.map(str::to_owned).collect()
    }

    /// std sends no signal but SIGKILL.
    fn signal(&self, name: &str) -> anyhow::Result<()> {
        let Some(child) = &self.child else { return Ok(()) };
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        if !sent.context("cannot run `kill`")?.success() {
            bail!("SIG{name} did not reach henji: {}", self.last_words());
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("henji.log")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
