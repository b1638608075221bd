//! Screens at the end of a line that hardly carries anything.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::super::screens::handshake;

/// The smallest that Linux allows, so that the server meets a full line early.
const BUFFER: u32 = 2_048;
const BYTE: Duration = Duration::from_secs(1);

/// Ends with its handle.
pub struct Slow(JoinSet<()>);

impl Slow {
    pub async fn open(to: SocketAddr, origin: &str, cookies: &[String]) -> io::Result<Self> {
        let mut readers = JoinSet::new();
        for cookie in cookies {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(BUFFER)?;
            let mut stream = socket.connect(to).await?;
            stream.write_all(&handshake(origin, cookie, "after=0")).await?;
            readers.spawn(read(stream));
        }
        Ok(Self(readers))
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// A byte a second, for as long as the server puts up with it.
async fn read(mut stream: TcpStream) {
    while stream.read_u8().await.is_ok() {
        tokio::time::sleep(BYTE).await;
    }
}
