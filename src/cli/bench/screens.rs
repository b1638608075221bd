//! Signed-in browsers, as far as the server can tell: sockets that read every
//! frame and note when each text came.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::histogram::Histogram;
use super::http::Connection;
use super::marks::Marks;

const PING: u8 = 0x9;
const CLOSE: u8 = 0x8;
const BINARY: u8 = 0x2;

/// What one socket saw, or all of them.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub times: Histogram,
    /// Frames that showed a text of ours.
    pub texts: u64,
    pub bytes: u64,
    /// Times the server said: you read too slowly, start again.
    pub resets: u64,
    /// Sockets that ended before they were told to.
    pub lost: u64,
}

pub struct Screens {
    sockets: JoinSet<Seen>,
    delivered: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Screens {
    /// Opens a socket for each cookie.
    pub async fn open(
        to: SocketAddr,
        origin: &str,
        cookies: &[String],
        marks: Arc<Marks>,
    ) -> io::Result<Self> {
        let Some(first) = cookies.first() else { return Err(io::ErrorKind::InvalidInput.into()) };
        let newest = newest_event(to, origin, first).await?;
        marks.begin_phase();
        let (delivered, stop) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let mut sockets = JoinSet::new();
        for cookie in cookies {
            let (stream, rest) = Connection::open(to)
                .await?
                .upgrade(&handshake(origin, cookie, &format!("after={newest}")))
                .await?;
            let socket = Socket {
                stream,
                buffer: rest,
                seen: Seen::default(),
                marks: marks.clone(),
                delivered: delivered.clone(),
            };
            sockets.spawn(socket.run(stop.clone()));
        }
        Ok(Self { sockets, delivered, stop })
    }

    /// Waits until `texts` frames came, or nothing comes any more.
    pub async fn until_quiet(&self, texts: u64) {
        const QUIET: Duration = Duration::from_millis(1_500);
        loop {
            let before = self.delivered.load(Ordering::Relaxed);
            if before >= texts {
                return;
            }
            tokio::time::sleep(QUIET).await;
            if self.delivered.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }

    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Closes all sockets; what they saw together.
    pub async fn close(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self.sockets.join_all().await {
            all.times.merge(&seen.times);
            all.texts += seen.texts;
            all.bytes += seen.bytes;
            all.resets += seen.resets;
            all.lost += seen.lost;
        }
        all
    }
}

struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    seen: Seen,
    marks: Arc<Marks>,
    delivered: Arc<AtomicU64>,
}

impl Socket {
    async fn run(mut self, stop: Arc<AtomicBool>) -> Seen {
        const LOOK: Duration = Duration::from_millis(200);
        while !stop.load(Ordering::Relaxed) {
            match tokio::time::timeout(LOOK, self.stream.read_buf(&mut self.buffer)).await {
                Err(_nothing_came) => {}
                Ok(Ok(read)) if read > 0 => {
                    self.seen.bytes += read as u64;
                    if self.take_frames().await.is_err() {
                        break;
                    }
                }
                Ok(_gone) => {
                    self.seen.lost += 1;
                    break;
                }
            }
        }
        self.seen
    }

    async fn take_frames(&mut self) -> io::Result<()> {
        let mut start = 0;
        while let Some((code, payload)) = frame(&self.buffer[start..]) {
            let payload = start + payload.start..start + payload.end;
            match code {
                PING => self.stream.write_all(&[0x8A, 0x80, 0, 0, 0, 0]).await?,
                CLOSE => {
                    self.seen.lost += 1;
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                code if code <= BINARY => self.look(payload.clone()),
                _ => {}
            }
            start = payload.end;
        }
        self.buffer.drain(..start);
        Ok(())
    }

    fn look(&mut self, payload: std::ops::Range<usize>) {
        let payload = &self.buffer[payload];
        // One that is new here is told to start afresh, too: that is no loss.
        if payload.starts_with(br#"{"t":"reset","why":"lag""#) {
            self.seen.resets += 1;
        } else if let Some(since) = self.marks.since_mark_in(payload) {
            self.seen.times.record(since);
            self.seen.texts += 1;
            self.delivered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The event a page would carry that was drawn now: the first frame names it.
async fn newest_event(to: SocketAddr, origin: &str, cookie: &str) -> io::Result<i64> {
    let asked = handshake(origin, cookie, &format!("after={}", i64::MAX));
    let (mut stream, mut buffer) = Connection::open(to).await?.upgrade(&asked).await?;
    loop {
        if let Some((_, payload)) = frame(&buffer) {
            let hello: serde_json::Value = serde_json::from_slice(&buffer[payload])?;
            return Ok(hello["ev"].as_i64().unwrap_or(0));
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// `query` says from which event on, and which thread is before the user.
pub fn handshake(origin: &str, cookie: &str, query: &str) -> Vec<u8> {
    let host = origin.trim_start_matches("http://");
    format!(
        "GET /live?{query} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\
         Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aGVuamkgYmVuY2ggMTIzNA==\r\n\r\n"
    )
    .into_bytes()
}

/// The first whole frame: its code and where its payload lies. Servers do not
/// mask (RFC 6455 5.1).
pub fn frame(buffer: &[u8]) -> Option<(u8, std::ops::Range<usize>)> {
    let (code, length) = (buffer.first()? & 0x0F, buffer.get(1)? & 0x7F);
    let (start, length) = match length {
        126 => (4, usize::from(u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?) as usize),
        short => (2, usize::from(short)),
    };
    (buffer.len() >= start + length).then_some((code, start..start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_found() {
        assert_eq!(frame(&[0x81, 2, b'h', b'b', 9]), Some((1, 2..4)));
        assert_eq!(frame(&[0x81, 2, b'h']), None);
        let mut long = vec![0x81, 126, 1, 0];
        long.resize(4 + 256, b'x');
        assert_eq!(frame(&long), Some((1, 4..260)));
        let mut longer = vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        longer.resize(10 + 65_536, b'x');
        assert_eq!(frame(&longer), Some((1, 10..65_546)));
        assert_eq!(frame(&longer[..100]), None);
    }
}
