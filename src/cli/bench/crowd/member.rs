//! One screen of the crowd: keeps its cursor, comes back when its line breaks, and
//! counts what it was told.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::histogram::Histogram;
use super::super::http::{Connection, get};
use super::super::marks::Marks;
use super::super::screens::{frame, handshake};
use crate::actions::deliver::chance;
use crate::live::close::RESTART;

const PING: u8 = 0x9;
const CLOSE: u8 = 0x8;
const RESET: &[u8] = br#"{"t":"reset""#;
/// Before a refused or broken handshake is tried again, as `static/js` does at first.
const AGAIN: Duration = Duration::from_millis(500);

/// What a screen is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Wait,
    Open,
    /// To lose its line after a random time, `every` in the middle.
    Break {
        every: Duration,
    },
    Keep,
}

/// What a screen was told, or all of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub texts: u64,
    /// Events at or below the cursor that it came back with.
    pub repeated: u64,
    /// Times it was away for too long, and had to fetch everything again.
    pub fetches: u64,
    pub cuts: u64,
    /// Handshakes that were turned away.
    pub refused: u64,
    pub times: Histogram,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.texts += other.texts;
        self.repeated += other.repeated;
        self.fetches += other.fetches;
        self.cuts += other.cuts;
        self.refused += other.refused;
        self.times.merge(&other.times);
    }

    /// Of `texts` that each of `members` should have.
    pub fn missed(&self, texts: u64, members: usize) -> u64 {
        (texts * members as u64).saturating_sub(self.texts)
    }
}

/// What all members share.
#[derive(Clone)]
pub struct Common {
    pub marks: Arc<Marks>,
    pub log: Arc<TextLog>,
}

/// The numbers of the events that were texts, as the witnesses were told of them.
#[derive(Default)]
pub struct TextLog(Mutex<BTreeSet<i64>>);

impl TextLog {
    fn note(&self, id: i64) {
        self.0.lock().expect("no code panics while it notes").insert(id);
    }

    /// How many there are in (`after`, `until`].
    fn between(&self, after: i64, until: i64) -> u64 {
        let log = self.0.lock().expect("no code panics while it counts");
        log.range(after + 1..=until.max(after)).count() as u64
    }
}

/// Ends with its handle.
pub struct Member {
    ask: watch::Sender<Ask>,
    opened: watch::Receiver<bool>,
    tally: Arc<Mutex<Tally>>,
    task: AbortHandle,
}

impl Member {
    /// A screen that waits to be asked.
    pub fn new(to: SocketAddr, origin: &str, cookie: &str, all: &Common) -> Self {
        Self::open(to, origin, cookie, all, false)
    }

    /// One that notes which events were texts, and whose line nobody cuts.
    pub fn witness(to: SocketAddr, origin: &str, cookie: &str, all: &Common) -> Self {
        Self::open(to, origin, cookie, all, true)
    }

    fn open(to: SocketAddr, origin: &str, cookie: &str, all: &Common, is_witness: bool) -> Self {
        let Common { marks, log } = all.clone();
        let (ask, asked) = watch::channel(Ask::Wait);
        let (told, opened) = watch::channel(false);
        let tally = Arc::<Mutex<Tally>>::default();
        let line = Line {
            to,
            origin: origin.to_owned(),
            cookie: cookie.to_owned(),
            marks,
            asked,
            opened: told,
            cursor: i64::MAX,
            is_back: false,
            has_fetched: false,
            is_witness,
            log,
            tally: tally.clone(),
        };
        let task = tokio::spawn(line.run()).abort_handle();
        Self { ask, opened, tally, task }
    }

    pub fn tell(&self, ask: Ask) {
        self.ask.send_replace(ask);
    }

    pub async fn opened(&self) {
        let mut opened = self.opened.clone();
        // It lives as long as we do.
        let _ = opened.wait_for(|opened| *opened).await;
    }

    pub fn tally(&self) -> Tally {
        self.tally.lock().expect("no code panics while it counts").clone()
    }

    pub fn forget_times(&self) {
        self.tally.lock().expect("no code panics while it counts").times = Histogram::default();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Line {
    to: SocketAddr,
    origin: String,
    cookie: String,
    marks: Arc<Marks>,
    asked: watch::Receiver<Ask>,
    opened: watch::Sender<bool>,
    /// The newest event it knows; with none, the server names the newest there is.
    cursor: i64,
    /// It had a line before, and comes back with its cursor.
    is_back: bool,
    /// What it missed came with a page that was fetched, up to the next `at`.
    has_fetched: bool,
    is_witness: bool,
    log: Arc<TextLog>,
    tally: Arc<Mutex<Tally>>,
}

/// Why a line ended.
enum End {
    Cut,
    /// The server asked to come back within so many seconds.
    Restart(f64),
    Broken,
}

impl Line {
    async fn run(mut self) {
        let mut asked = self.asked.clone();
        if asked.wait_for(|ask| *ask != Ask::Wait).await.is_err() {
            return;
        }
        loop {
            let connected = self.connect().await;
            match connected {
                Ok((stream, rest)) => match self.read(stream, rest).await {
                    End::Cut => self.count(|tally| tally.cuts += 1),
                    End::Restart(seconds) => {
                        sleep(Duration::from_secs_f64(seconds * chance())).await
                    }
                    End::Broken => sleep(AGAIN.mul_f64(chance())).await,
                },
                Err(_) => {
                    self.count(|tally| tally.refused += 1);
                    sleep(AGAIN.mul_f64(0.5 + chance())).await;
                }
            }
            self.is_back = self.cursor != i64::MAX;
        }
    }

    async fn connect(&self) -> io::Result<(TcpStream, Vec<u8>)> {
        let asked = handshake(&self.origin, &self.cookie, &format!("after={}", self.cursor));
        Connection::open(self.to).await?.upgrade(&asked).await
    }

    async fn read(&mut self, mut stream: TcpStream, mut buffer: Vec<u8>) -> End {
        let mut ends_at = self.next_cut();
        loop {
            match self.take_frames(&mut stream, &mut buffer).await {
                Ok(None) => {}
                Ok(Some(end)) => return end,
                Err(_) => return End::Broken,
            }
            tokio::select! {
                read = stream.read_buf(&mut buffer) => {
                    if !read.is_ok_and(|read| read > 0) {
                        return End::Broken;
                    }
                }
                () = until(ends_at) => {
                    // As a cable does that is pulled: no farewell, nothing flushed.
                    let _ = stream.set_zero_linger();
                    return End::Cut;
                }
                _ = self.asked.changed() => ends_at = self.next_cut(),
            }
        }
    }

    fn next_cut(&self) -> Option<Instant> {
        match *self.asked.borrow() {
            Ask::Break { every } if !self.is_witness => {
                Some(Instant::now() + every.mul_f64(2.0 * chance()))
            }
            _ => None,
        }
    }

    async fn take_frames(
        &mut self,
        stream: &mut TcpStream,
        buffer: &mut Vec<u8>,
    ) -> io::Result<Option<End>> {
        let mut start = 0;
        while let Some((code, payload)) = frame(&buffer[start..]) {
            let payload = start + payload.start..start + payload.end;
            start = payload.end;
            match code {
                PING => stream.write_all(&[0x8A, 0x80, 0, 0, 0, 0]).await?,
                CLOSE => return Ok(Some(goodbye(&buffer[payload]))),
                _ if self.is_back && buffer[payload.clone()].starts_with(RESET) => {
                    self.fetch().await?;
                }
                _ => self.look(&buffer[payload]),
            }
        }
        buffer.drain(..start);
        Ok(None)
    }

    fn look(&mut self, payload: &[u8]) {
        if let Some(newest) = number_after(payload, br#"{"t":"hello","ev":"#) {
            if self.cursor == i64::MAX {
                self.cursor = newest;
                self.opened.send_replace(true);
            }
        } else if let Some(id) = number_after(payload, br#"{"t":"ev","id":"#) {
            let repeated = id <= self.cursor;
            self.cursor = self.cursor.max(id);
            let time = self.marks.since_mark_in(payload).filter(|_| !repeated);
            if time.is_some() && self.is_witness {
                self.log.note(id);
            }
            self.count(|tally| {
                tally.repeated += u64::from(repeated);
                if let Some(time) = time {
                    tally.texts += 1;
                    tally.times.record(time);
                }
            });
        } else if let Some(id) = number_after(payload, br#"{"t":"at","id":"#) {
            if std::mem::take(&mut self.has_fetched) {
                let fetched = self.log.between(self.cursor, id);
                self.count(|tally| tally.texts += fetched);
            }
            self.cursor = self.cursor.max(id);
        }
    }

    /// The page it shows, as a browser does that was away for too long.
    async fn fetch(&mut self) -> io::Result<()> {
        let host = self.origin.trim_start_matches("http://");
        let asked = get("/conversations", host, &self.cookie);
        let answer = Connection::open(self.to).await?.ask(&asked).await?;
        if answer.status != 200 {
            return Err(io::Error::other(format!("the list was answered with {}", answer.status)));
        }
        self.has_fetched = true;
        self.count(|tally| tally.fetches += 1);
        Ok(())
    }

    fn count(&self, count: impl FnOnce(&mut Tally)) {
        count(&mut self.tally.lock().expect("no code panics while it counts"));
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What a closing frame says: two bytes of code, then the reason.
fn goodbye(payload: &[u8]) -> End {
    let code = payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
    let seconds = payload.get(2..).and_then(|reason| std::str::from_utf8(reason).ok());
    let seconds = seconds.and_then(|reason| reason.strip_prefix("retry_after=")?.parse().ok());
    match (code, seconds) {
        (Some(RESTART), Some(seconds)) => End::Restart(seconds),
        _ => End::Broken,
    }
}

fn number_after(payload: &[u8], words: &[u8]) -> Option<i64> {
    let rest = payload.strip_prefix(words)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_frame_is_read() {
        let event = br#"{"t":"ev","id":417,"c":"x"}"#;
        assert_eq!(number_after(event, br#"{"t":"ev","id":"#), Some(417));
        assert_eq!(number_after(event, br#"{"t":"at","id":"#), None);
    }

    #[test]
    fn a_restart_says_how_long_to_wait() {
        let restart = [&1012_u16.to_be_bytes()[..], b"retry_after=15"].concat();
        assert!(matches!(goodbye(&restart), End::Restart(15.0)));
        assert!(matches!(goodbye(&1013_u16.to_be_bytes()), End::Broken));
        assert!(matches!(goodbye(b""), End::Broken));
    }
}
