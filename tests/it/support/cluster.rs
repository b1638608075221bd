//! A PostgreSQL server of a test's own, that can be killed whole, followed by a
//! standby and promoted.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::raw::Raw;

/// Recovery after a kill included, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// As in `bin/lib.sh`: what is promised about durability must hold here too.
const SETTINGS: [&str; 4] =
    ["listen_addresses=127.0.0.1", "shared_buffers=64MB", "max_connections=100", "fsync=on"];

pub struct Cluster {
    /// Where it listens, whoever holds the place.
    pub port: u16,
    folder: TempDir,
    postmaster: Option<Child>,
}

impl Cluster {
    /// A place for a server, and nothing in it.
    pub fn place() -> Self {
        let folder = tempfile::Builder::new().prefix("henji-pg.").tempdir().unwrap();
        if let Some((user, group)) = postgres() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { port, folder, postmaster: None }
    }

    /// A new cluster, not started yet.
    pub fn make() -> Self {
        let cluster = Self::place();
        cluster.run("initdb", "-U postgres -A trust -E UTF8 --locale=C.UTF-8");
        cluster
    }

    /// Forgets what it was and becomes a copy of `primary`, to follow it.
    pub fn follow(&mut self, primary: &Self) {
        self.kill();
        drop(fs::remove_dir_all(self.data()));
        let from = format!("-h 127.0.0.1 -p {} -U postgres -R -c fast", primary.port);
        self.run("pg_basebackup", &from);
    }

    /// Starts, and waits until it answers.
    pub fn start(&mut self, settings: &[&str]) {
        let log = File::options().append(true).create(true).open(self.log()).unwrap();
        let mut server = self.command("postgres");
        server.args(["-p", &self.port.to_string()]);
        let sockets = format!("unix_socket_directories={}", self.folder.path().display());
        for setting in SETTINGS.iter().chain(settings).copied().chain([sockets.as_str()]) {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.postmaster = Some(server.spawn().unwrap());
        let deadline = Instant::now() + PATIENCE;
        while Raw::try_open(&self.url("postgres")).is_err() {
            let said = || fs::read_to_string(self.log()).unwrap_or_default();
            assert!(Instant::now() < deadline, "PostgreSQL does not start: {}", said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGKILL to the server and every process of it, at once.
    pub fn kill(&mut self) {
        let Some(mut postmaster) = self.postmaster.take() else { return };
        let server = postmaster.id();
        // Stopped, it starts nobody new while its children are counted.
        signal("STOP", &[server]);
        let mut all: Vec<u32> = children(server).into_iter().map(|(id, _)| id).collect();
        all.push(server);
        signal("KILL", &all);
        postmaster.wait().unwrap();
        // Parted from their parent, they are gone when the kernel says so.
        let deadline = Instant::now() + PATIENCE;
        while all.iter().any(|id| lives(*id)) {
            assert!(Instant::now() < deadline, "processes outlive SIGKILL");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends its following; it can be written to when this returns.
    pub fn promote(&self) {
        let promoted = self.raw().texts("select pg_promote(true, 60)::text as t");
        assert_eq!(promoted, ["true"]);
    }

    /// Sends a signal to its processes whose title has `title` in it; how many.
    pub fn signal(&self, name: &str, title: &str) -> usize {
        let server = self.postmaster.as_ref().expect("it was started").id();
        let children = children(server).into_iter().filter(|(_, called)| called.contains(title));
        let found: Vec<u32> = children.map(|(id, _)| id).collect();
        signal(name, &found);
        found.len()
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    pub fn raw(&self) -> Raw {
        Raw::open(&self.url("postgres"))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn run(&self, program: &str, arguments: &str) {
        let done = self.command(program).args(arguments.split(' ')).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// One of PostgreSQL's programs on our folder, as somebody it agrees to run as.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(programs().join(program));
        command.arg("-D").arg(self.data()).current_dir(self.folder.path());
        if let Some((user, group)) = postgres() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian keeps each version in a folder of its own: the newest.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let versions = versions.map(|version| version.unwrap().path().join("bin"));
    versions.filter(|bin| bin.join("initdb").exists()).max().expect("initdb is installed")
}

/// PostgreSQL refuses to run as root: its own user then.
fn postgres() -> Option<(u32, u32)> {
    let id = |option: &str, of: &[&str]| -> u32 {
        let said = Command::new("id").arg(option).args(of).output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim().parse().expect("a user named postgres")
    };
    (id("-u", &[]) == 0).then(|| (id("-u", &["postgres"]), id("-g", &["postgres"])))
}

/// The processes that `parent` started, with their titles.
fn children(parent: u32) -> Vec<(u32, String)> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    ids.filter(|id| parent_of(*id) == Some(parent))
        .map(|id| (id, fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default()))
        .collect()
}

fn parent_of(id: u32) -> Option<u32> {
    stat(id)?.split(' ').nth(1)?.parse().ok()
}

/// Whether it runs; one that only waits to be buried does not.
fn lives(id: u32) -> bool {
    stat(id).is_some_and(|stat| !stat.starts_with(['Z', 'X']))
}

/// What the kernel says of a process, from its state on.
fn stat(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.to_owned())
}

fn signal(name: &str, processes: &[u32]) {
    if !processes.is_empty() {
        let ids = processes.iter().map(u32::to_string);
        // Who is gone already needs no signal.
        let kill = Command::new("kill").arg(format!("-{name}")).args(ids).output();
        kill.expect("kill is there");
    }
}
