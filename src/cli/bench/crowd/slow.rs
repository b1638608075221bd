//! Screens at the end of a line that hardly carries anything.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::super::screens::handshake;

/// The smallest that Linux allows, so that the server meets a full line early.
const BUFFER: u32 = 2_048;
const BYTE: Duration = Duration::from_secs(1);

/// Ends with its handle.
pub struct Slow {
    readers: JoinSet<()>,
    cut_off: Arc<AtomicUsize>,
}

impl Slow {
    /// Ends when the server has begun to speak to every one of them.
    pub async fn open(to: SocketAddr, origin: &str, cookies: &[String]) -> io::Result<Self> {
        let mut readers = JoinSet::new();
        let cut_off = Arc::<AtomicUsize>::default();
        for cookie in cookies {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(BUFFER)?;
            let mut stream = socket.connect(to).await?;
            stream.write_all(&handshake(origin, cookie, &format!("after={}", i64::MAX))).await?;
            stream.read_u8().await?;
            readers.spawn(read(stream, cut_off.clone()));
        }
        Ok(Self { readers, cut_off })
    }

    pub fn count(&self) -> usize {
        self.readers.len()
    }

    /// How many the server no longer puts up with.
    pub fn cut_off(&self) -> usize {
        self.cut_off.load(Ordering::Relaxed)
    }
}

/// A byte a second, for as long as the server puts up with it.
async fn read(mut stream: TcpStream, cut_off: Arc<AtomicUsize>) {
    while stream.read_u8().await.is_ok() {
        tokio::time::sleep(BYTE).await;
    }
    cut_off.fetch_add(1, Ordering::Relaxed);
}
