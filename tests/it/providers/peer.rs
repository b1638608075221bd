//! An HTTP/1.1 server on loopback that does what no proper server would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct PeerRequest {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl PeerRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What the peer does after it has read a request to its end.
#[derive(Clone, Debug)]
pub enum Answer {
    Http {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Bytes that are no HTTP.
    Garbage,
    /// Closes the connection without a word.
    Hangup,
    /// Promises a body and closes in the middle of it.
    Torn {
        status: u16,
    },
    /// Keeps the connection and says nothing.
    Silence,
}

impl Answer {
    pub fn json(status: u16, body: impl ToString) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Http { status, headers, body: body.to_string() }
    }

    pub fn status(status: u16) -> Self {
        Self::Http { status, headers: Vec::new(), body: String::new() }
    }
}

type Handler = dyn Fn(&PeerRequest) -> Answer + Send + Sync;

/// Stops listening when dropped.
pub struct Peer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<PeerRequest>>>,
    listening: JoinHandle<()>,
}

impl Peer {
    pub async fn start(handler: impl Fn(&PeerRequest) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let handler: Arc<Handler> = Arc::new(handler);
        let log = Arc::clone(&requests);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&log)));
            }
        });
        Self { address, requests, listening }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything asked so far, in order of arrival.
    pub fn requests(&self) -> Vec<PeerRequest> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A loopback address where nobody listens.
pub async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve(mut stream: TcpStream, handler: Arc<Handler>, log: Arc<Mutex<Vec<PeerRequest>>>) {
    let mut unread = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut unread).await {
        log.lock().unwrap().push(request.clone());
        let (bytes, keep) = match handler(&request) {
            Answer::Http { status, headers, body } => (response(status, &headers, &body), true),
            Answer::Garbage => (b"\x16\x03 I am not HTTP\r\n\r\n".to_vec(), false),
            Answer::Hangup => (Vec::new(), false),
            Answer::Torn { status } => {
                (format!("HTTP/1.1 {status} X\r\ncontent-length: 900\r\n\r\n{{\"si").into(), false)
            }
            Answer::Silence => return std::future::pending().await,
        };
        if stream.write_all(&bytes).await.is_err() || !keep {
            return;
        }
    }
}

fn response(status: u16, headers: &[(&str, String)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<PeerRequest> {
    let head_end = loop {
        if let Some(end) = unread.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, unread).await?;
    };
    let head = String::from_utf8(unread[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    while unread.len() < head_end + length {
        more(stream, unread).await?;
    }
    let body = unread[head_end..head_end + length].to_vec();
    unread.drain(..head_end + length);
    Some(PeerRequest { method, target, headers, body })
}

async fn more(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 8192];
    let count = stream.read(&mut chunk).await.ok()?;
    unread.extend_from_slice(&chunk[..count]);
    (count > 0).then_some(())
}
