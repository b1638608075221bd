//! A real `nats-server`: the one all tests share, or one that a test stops and
//! starts. There is none where `bin/test` was not asked for PostgreSQL.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::binary::Binary;

const PATIENCE: Duration = Duration::from_secs(20);

/// The address of the server for all tests.
pub fn shared() -> Option<String> {
    variable("TEST_NATS_URL")
}

/// A server of a test's own, always at the same address.
pub struct Broker {
    pub url: String,
    program: String,
    port: u16,
    child: Option<Child>,
}

impl Broker {
    pub fn not_yet_started() -> Option<Self> {
        let program = variable("TEST_NATS_SERVER")?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        Some(Self { url: format!("nats://127.0.0.1:{port}"), program, port, child: None })
    }

    pub fn start(&mut self) {
        let mut server = Command::new(&self.program);
        server.args(["-a", "127.0.0.1", "-p", &self.port.to_string()]);
        let quiet = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(quiet.spawn().unwrap());
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Publishes on the subject of every house it knows, as somebody else could.
    pub async fn say(&self, hints: &[&str]) {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        line.write_all(b"CONNECT {\"verbose\":false}\r\nSUB henji.*.look 1\r\nPING\r\n")
            .await
            .unwrap();
        let mut heard = Vec::new();
        let begun = Instant::now();
        while !String::from_utf8_lossy(&heard).contains("PONG") {
            assert!(begun.elapsed() < PATIENCE);
            line.read_buf(&mut heard).await.unwrap();
        }
        for hint in hints {
            let message = format!("PUB henji.house.look {}\r\n{hint}\r\n", hint.len());
            line.write_all(message.as_bytes()).await.unwrap();
        }
        line.flush().await.unwrap();
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// 1 or 0; `None` where no broker was named.
pub async fn connected(node: &Binary) -> Option<f64> {
    node.metric(r#"henji_broker_connected{broker="nats"}"#).await
}

pub async fn both_connected(a: &Binary, b: &Binary) {
    let begun = Instant::now();
    while connected(a).await != Some(1.0) || connected(b).await != Some(1.0) {
        assert!(begun.elapsed() < PATIENCE, "{}\n{}", a.log(), b.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
