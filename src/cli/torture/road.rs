//! A road between two parties, on which things go wrong.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::super::demo::random::Random;
use super::plan::Weather;

/// A target that does not take a connection by then is gone round.
const PATIENCE: Duration = Duration::from_millis(500);
/// More than a webhook or an order has.
const WHOLE: usize = 16 * 1024;

/// Carries bytes from its own address to one of several targets.
///
/// Cloning gives another handle to the same road.
#[derive(Clone)]
pub struct Road {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    targets: Vec<SocketAddr>,
    weather: Mutex<Weather>,
    random: Mutex<Random>,
    cut: watch::Sender<u64>,
    closed: AtomicBool,
    /// Requests, answers and connections that were lost on purpose.
    lost: AtomicU64,
}

impl Road {
    /// Must be called on the runtime that shall do the carrying.
    pub fn open(targets: Vec<SocketAddr>, seed: u64) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            targets,
            weather: Mutex::default(),
            random: Mutex::new(Random::new(seed)),
            cut: watch::Sender::new(0),
            closed: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        });
        tokio::spawn(accept(TcpListener::from_std(listener)?, shared.clone()));
        Ok(Self { address, shared })
    }

    pub fn set_weather(&self, weather: Weather) {
        *self.shared.weather.lock().expect("no code panics while it holds the weather") = weather;
    }

    /// Breaks every connection there is.
    pub fn cut(&self) {
        self.shared.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Leads nowhere until it is opened again.
    pub fn close(&self, closed: bool) {
        self.shared.closed.store(closed, Ordering::Relaxed);
        if closed {
            self.cut();
        }
    }

    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((near, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            // How a connection ends is what both sides are tested with.
            let _ = shared.carry(near).await;
        });
    }
}

impl Shared {
    async fn carry(&self, mut near: TcpStream) -> io::Result<()> {
        let mut cut = self.cut.subscribe();
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut far = self.reach().await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let (mut asked, mut answered) = (BytesMut::new(), BytesMut::new());
        loop {
            // A request at a time, as far as one reading can tell.
            asked.reserve(WHOLE);
            answered.reserve(WHOLE);
            tokio::select! {
                read = near.read_buf(&mut asked) => {
                    if read? == 0 || self.strikes(|weather| weather.drops) {
                        return Ok(());
                    }
                    sleep(self.weather().delay).await;
                    far.write_all_buf(&mut asked).await?;
                }
                read = far.read_buf(&mut answered) => {
                    if read? == 0 || self.strikes(|weather| weather.loses) {
                        return Ok(());
                    }
                    near.write_all_buf(&mut answered).await?;
                }
                _ = cut.changed() => {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
            }
        }
    }

    /// The first target that takes a connection, from any of them on.
    async fn reach(&self) -> io::Result<TcpStream> {
        let first = self.draw(|random| random.draw()) as usize;
        for turn in 0..self.targets.len() {
            let target = self.targets[(first + turn) % self.targets.len()];
            if let Ok(Ok(stream)) = timeout(PATIENCE, TcpStream::connect(target)).await {
                return Ok(stream);
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn strikes(&self, how_often: impl Fn(Weather) -> f64) -> bool {
        let percent = how_often(self.weather());
        let strikes = percent > 0.0 && self.draw(|random| random.chance(percent));
        if strikes {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        strikes
    }

    fn weather(&self) -> Weather {
        *self.weather.lock().expect("no code panics while it holds the weather")
    }

    fn draw<T>(&self, from: impl FnOnce(&mut Random) -> T) -> T {
        from(&mut self.random.lock().expect("no code panics while it draws"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says back what it hears.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.into_split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        address
    }

    async fn says(road: &Road) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(road.address).await?;
        stream.write_all(b"hai").await?;
        let mut heard = vec![0; 3];
        stream.read_exact(&mut heard).await?;
        Ok(heard)
    }

    #[tokio::test]
    async fn a_road_carries_goes_round_and_loses_what_it_shall() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let road = Road::open(vec![gone, echo().await], 1).unwrap();
        for _ in 0..8 {
            assert_eq!(says(&road).await.unwrap(), b"hai");
        }
        for weather in [
            Weather { drops: 100.0, ..Weather::default() },
            Weather { loses: 100.0, ..Weather::default() },
        ] {
            road.set_weather(weather);
            assert!(says(&road).await.is_err());
        }
        assert_eq!(road.lost(), 2);
        road.set_weather(Weather::default());
        road.close(true);
        assert!(says(&road).await.is_err());
        road.close(false);
        assert!(says(&road).await.is_ok());
    }
}
