//! What stands before several nodes in every house: asks each whether it is
//! ready, and leads every new connection to the next one that is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::support::binary::Binary;

const LOOK: Duration = Duration::from_millis(100);

pub struct Balancer {
    pub url: String,
    places: Arc<Vec<Place>>,
}

/// Where a node is, and what it said last.
struct Place {
    address: String,
    is_ready: AtomicBool,
}

impl Balancer {
    pub async fn before(nodes: &[Binary]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let address = |node: &Binary| node.url.trim_start_matches("http://").to_owned();
        let place = |node| Place { address: address(node), is_ready: AtomicBool::new(true) };
        let places = Arc::new(nodes.iter().map(place).collect::<Vec<_>>());
        for (n, node) in nodes.iter().enumerate() {
            tokio::spawn(ask(places.clone(), n, node.http.clone()));
        }
        tokio::spawn(lead(listener, places.clone()));
        Self { url, places }
    }

    /// Whether it leads anybody to that node.
    pub fn trusts(&self, n: usize) -> bool {
        self.places[n].is_ready.load(Ordering::SeqCst)
    }
}

async fn ask(places: Arc<Vec<Place>>, n: usize, http: reqwest::Client) {
    let url = format!("http://{}/readyz", places[n].address);
    loop {
        let answer = http.get(&url).timeout(Duration::from_secs(2)).send().await;
        let is_ready = answer.is_ok_and(|answer| answer.status() == 200);
        places[n].is_ready.store(is_ready, Ordering::SeqCst);
        tokio::time::sleep(LOOK).await;
    }
}

async fn lead(listener: TcpListener, places: Arc<Vec<Place>>) {
    let next = AtomicUsize::new(0);
    loop {
        let Ok((mut guest, _)) = listener.accept().await else { continue };
        let turn = next.fetch_add(1, Ordering::SeqCst);
        let places = places.clone();
        tokio::spawn(async move {
            let mut node = reach(&places, turn).await?;
            guest.set_nodelay(true)?;
            node.set_nodelay(true)?;
            copy_bidirectional(&mut guest, &mut node).await
        });
    }
}

/// The next node that takes the connection, those first that said they would.
async fn reach(places: &[Place], turn: usize) -> std::io::Result<TcpStream> {
    let mut refused = std::io::ErrorKind::NotConnected.into();
    for is_ready in [true, false] {
        for n in 0..places.len() {
            let place = &places[(turn + n) % places.len()];
            if place.is_ready.load(Ordering::SeqCst) != is_ready {
                continue;
            }
            match TcpStream::connect(&place.address).await {
                Ok(node) => return Ok(node),
                Err(error) => refused = error,
            }
        }
    }
    Err(refused)
}
