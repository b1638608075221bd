//! A screen at the front door: comes back as `static/js/socket.js` does, and
//! notes when it was told of which event.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::Method;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::browser::Browser;

const RESTART: u16 = 1012;

/// What a screen was told.
#[derive(Default)]
pub struct Seen {
    /// Events, each with the moment, in thousandths of a second.
    pub told: Vec<(i64, u32)>,
    /// Where it read everything anew instead: after, up to, when.
    pub anew: Vec<(i64, i64, u32)>,
    pub lines: usize,
}

pub struct Screen {
    pub browser: Arc<Browser>,
    pub url: String,
    pub origin: String,
    pub begun: Instant,
    /// The control: comes back without saying what it saw last.
    pub forgets: bool,
    pub cursor: Arc<AtomicI64>,
    pub frames: Arc<AtomicU64>,
}

type Line = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Screen {
    /// Looks until told that it is over.
    pub async fn look(self, mut over: watch::Receiver<bool>) -> Seen {
        let (mut seen, mut failures) = (Seen::default(), 0);
        loop {
            let wait = tokio::select! {
                _ = over.wait_for(|over| *over) => return seen,
                wait = self.line(&mut seen, &mut failures) => wait,
            };
            tokio::select! {
                _ = over.wait_for(|over| *over) => return seen,
                () = tokio::time::sleep(wait.mul_f64(chance())) => {}
            }
        }
    }

    /// One line, from its beginning to its end; how long to wait at most.
    async fn line(&self, seen: &mut Seen, failures: &mut u32) -> Duration {
        if let Some(mut line) = self.open(seen.lines).await {
            (seen.lines, *failures) = (seen.lines + 1, 0);
            let mut reset_from = None;
            while let Some(Ok(message)) = line.next().await {
                match message {
                    Message::Text(text) => self.takes(text.as_str(), seen, &mut reset_from).await,
                    Message::Close(Some(close)) if u16::from(close.code) == RESTART => {
                        let said = close.reason.as_str().strip_prefix("retry_after=");
                        let seconds = said.and_then(|seconds| seconds.parse().ok()).unwrap_or(3);
                        return Duration::from_secs(seconds);
                    }
                    _ => {}
                }
            }
        }
        *failures += 1;
        pause(*failures)
    }

    async fn open(&self, lines: usize) -> Option<Line> {
        let after = match self.forgets && lines > 0 {
            true => i64::MAX,
            false => self.cursor.load(Ordering::SeqCst),
        };
        let url = format!("{}/live?after={after}", self.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("origin", self.origin.parse().unwrap());
        request.headers_mut().insert("cookie", self.browser.cookie().parse().unwrap());
        Some(connect_async(request).await.ok()?.0)
    }

    async fn takes(&self, frame: &str, seen: &mut Seen, reset_from: &mut Option<i64>) {
        let now = u32::try_from(self.begun.elapsed().as_millis()).unwrap();
        self.frames.fetch_add(1, Ordering::Relaxed);
        if let Some(id) = id_of(frame, r#"{"t":"ev","id":"#) {
            seen.told.push((id, now));
            self.cursor.fetch_max(id, Ordering::SeqCst);
        } else if let Some(id) = id_of(frame, r#"{"t":"at","id":"#) {
            if let Some(from) = reset_from.take() {
                seen.anew.push((from, id, now));
            }
            self.cursor.fetch_max(id, Ordering::SeqCst);
        } else if frame.starts_with(r#"{"t":"reset""#) && !self.forgets {
            self.reads_list().await;
            *reset_from = Some(self.cursor.load(Ordering::SeqCst));
        }
    }

    /// The list, until somebody answers: as `static/js/insist.js` does.
    async fn reads_list(&self) {
        for failures in 1.. {
            let list = self.browser.request(Method::GET, "/conversations").send().await;
            if list.is_ok_and(|list| list.status() == 200) {
                return;
            }
            tokio::time::sleep(pause(failures).mul_f64(chance())).await;
        }
    }
}

/// 0.3 s doubling to 19 s, as `static/js/socket.js` has it.
fn pause(failures: u32) -> Duration {
    Duration::from_millis(300) * 2_u32.pow(failures.min(6))
}

/// The number behind `head`, without reading the rest: there are many frames.
fn id_of(frame: &str, head: &str) -> Option<i64> {
    let rest = frame.strip_prefix(head)?;
    rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

/// From 0 to 1.
fn chance() -> f64 {
    f64::from(u16::from_be_bytes(henji::store::seal::random())) / f64::from(u16::MAX)
}
