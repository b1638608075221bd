//! A lean HTTP/1.1 client over one kept connection: what it costs is taken from
//! the server that is measured on the same machine.

use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(to: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024) })
    }

    /// Sends a whole request and reads its answer to the end.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some((status, start, length)) = head(&self.buffer)?
                && self.buffer.len() >= start + length
            {
                let body = self.buffer[start..start + length].to_vec();
                return Ok(Answer { status, body });
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// The stream after an upgrade, and what was read beyond the head.
    pub async fn upgrade(mut self, request: &[u8]) -> io::Result<(TcpStream, Vec<u8>)> {
        self.stream.write_all(request).await?;
        loop {
            if let Some(end) = end_of_head(&self.buffer) {
                let status = status(&self.buffer)?;
                if status != 101 {
                    return Err(Error::other(format!("the upgrade was answered with {status}")));
                }
                return Ok((self.stream, self.buffer.split_off(end)));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// A GET with a session's cookie.
pub fn get(path: &str, host: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: text/html\r\n\r\n")
        .into_bytes()
}

/// Status, where the body starts and how long it is, once the head is there.
fn head(buffer: &[u8]) -> io::Result<Option<(u16, usize, usize)>> {
    let Some(start) = end_of_head(buffer) else { return Ok(None) };
    let text = String::from_utf8_lossy(&buffer[..start]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse().ok());
    let length = length.ok_or_else(|| Error::other("an answer came without a length"))?;
    Ok(Some((status(buffer)?, start, length)))
}

fn end_of_head(buffer: &[u8]) -> Option<usize> {
    buffer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn status(buffer: &[u8]) -> io::Result<u16> {
    let digits = buffer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = digits.and_then(|digits| digits.parse().ok());
    status.ok_or_else(|| Error::other("an answer came without a status"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_where_the_body_is() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n{}";
        assert_eq!(head(answer).unwrap(), Some((200, 44, 2)));
        assert_eq!(head(&answer[..30]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
