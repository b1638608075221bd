//! Hints by NATS: one subject for the whole house, nothing kept, nothing owed.

use std::fmt::Display;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, Subscriber};
use futures_util::StreamExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use url::Url;

use super::Wake;
use crate::live::presence::{Presence, Sighting};

/// Between two hints of one node: a burst of commits is one piece of news.
const BREATH: Duration = Duration::from_millis(5);
/// How long a server may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// Where the broker is, and what this house is called there.
#[derive(Clone)]
pub struct Broker {
    /// Without user and password: the client writes it to its log.
    address: String,
    user: Option<(String, String)>,
    token: Option<String>,
    /// Where "look now" is said, and where it is said who is where.
    look: String,
    here: String,
}

impl Broker {
    /// `url` is `nats://[user:password@ or token@]host[:port]`; houses that share
    /// a broker differ in `house`, so that they do not wake each other.
    pub fn new(url: &str, house: &str) -> Result<Self, url::ParseError> {
        let mut url = Url::parse(url)?;
        let plain = |text: &str| percent_decoded(text);
        let (name, password) = (plain(url.username()), url.password().map(plain));
        let (user, token) = match password {
            Some(password) => (Some((name, password)), None),
            None => (None, Some(name).filter(|name| !name.is_empty())),
        };
        // Fails only for addresses without a host, which have no user either.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let subject = |name: &str| format!("henji.{house}.{name}");
        let (look, here) = (subject("look"), subject("here"));
        Ok(Self { address: url.into(), user, token, look, here })
    }

    /// Whether the broker answers and lets us in.
    pub async fn probe(&self) -> Result<(), String> {
        let client = self.options().connect(&self.address).await.map_err(explained)?;
        match timeout(PATIENCE, client.flush()).await {
            Ok(flushed) => flushed.map_err(explained),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }

    fn options(&self) -> ConnectOptions {
        let options = ConnectOptions::new()
            .name("henji")
            .no_echo()
            .connection_timeout(PATIENCE)
            .ping_interval(PATIENCE)
            .reconnect_delay_callback(wait);
        match (&self.user, &self.token) {
            (Some((user, password)), _) => {
                options.user_and_password(user.clone(), password.clone())
            }
            (None, Some(token)) => options.token(token.clone()),
            (None, None) => options,
        }
    }
}

/// Tells other nodes of this node's commits and of who is where, and hears of
/// theirs, until the writer behind `committed` is gone.
///
/// A broker that is away is tried again for ever, at longer and longer random
/// intervals; nothing waits for it meanwhile.
pub async fn run(
    broker: Broker,
    wake: Wake,
    presence: Presence,
    mut committed: watch::Receiver<i64>,
) {
    wake.opened();
    let mut attempts = 0;
    while committed.has_changed().is_ok() {
        attempts += 1;
        match converse(&broker, &wake, &presence, &mut committed).await {
            Ok(()) => attempts = 0,
            Err(error) if attempts == 1 => away(&error),
            Err(_) => {}
        }
        wake.connected(false);
        sleep(wait(attempts)).await;
    }
}

/// One connection to its end; the client mends what breaks in between.
async fn converse(
    broker: &Broker,
    wake: &Wake,
    presence: &Presence,
    committed: &mut watch::Receiver<i64>,
) -> Result<(), String> {
    let watched = wake.clone();
    let options = broker.options().event_callback(move |event| {
        note(&watched, &event);
        std::future::ready(())
    });
    let client = options.connect(&broker.address).await.map_err(explained)?;
    let hints = client.subscribe(broker.look.clone()).await.map_err(explained)?;
    let sightings = client.subscribe(broker.here.clone()).await.map_err(explained)?;
    tokio::select! {
        () = tell(&client, broker, wake, committed) => {}
        () = listen(hints, wake) => {}
        () = tell_who_is_here(&client, broker, presence) => {}
        () = hear_who_is_there(sightings, presence) => {}
    }
    Ok(())
}

async fn tell(client: &Client, broker: &Broker, wake: &Wake, committed: &mut watch::Receiver<i64>) {
    while committed.changed().await.is_ok() {
        let newest = *committed.borrow_and_update();
        // What is said to nobody would be kept, and said to everybody too late.
        if client.connection_state() == State::Connected {
            let hint = newest.to_string().into();
            if client.publish(broker.look.clone(), hint).await.is_ok() {
                wake.said();
            }
        }
        sleep(BREATH).await;
    }
}

async fn listen(mut subscriber: Subscriber, wake: &Wake) {
    while let Some(hint) = subscriber.next().await {
        wake.heard(&hint.payload);
    }
}

async fn tell_who_is_here(client: &Client, broker: &Broker, presence: &Presence) {
    let mut said = presence.said();
    loop {
        match said.recv().await {
            // Late, it would be wrong; lost, it is said again in some seconds.
            Ok(sighting) if client.connection_state() == State::Connected => {
                let line = sighting.line().into();
                drop(client.publish(broker.here.clone(), line).await);
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn hear_who_is_there(mut subscriber: Subscriber, presence: &Presence) {
    while let Some(told) = subscriber.next().await {
        if let Some(sighting) = Sighting::parse(&told.payload) {
            presence.heard(sighting);
        }
    }
}

fn note(wake: &Wake, event: &Event) {
    match event {
        Event::Connected if wake.connected(true) => {
            tracing::info!("hints travel between nodes");
        }
        Event::Disconnected | Event::Closed if wake.connected(false) => {
            away("the connection broke off");
        }
        _ => {}
    }
}

fn away(error: &str) {
    tracing::warn!(error, "NATS is away; nodes look at the log by themselves until it is back");
}

/// Doubles from 50 ms up to [`LONGEST_WAIT`], and half of it is chance: a
/// hundred nodes do not come back at once.
fn wait(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(10);
    let whole = (Duration::from_millis(50) * 2_u32.pow(doublings)).min(LONGEST_WAIT);
    let chance = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    whole.mul_f64(0.5 + chance / 2.0)
}

fn percent_decoded(text: &str) -> String {
    // A form's `+` is a space; an address's is a plus sign.
    let text = format!("x={}", text.replace('+', "%2B"));
    let first = form_urlencoded::parse(text.as_bytes()).next();
    first.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn explained(error: impl Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_no_part_of_the_address() {
        let broker = Broker::new("nats://us%40er:p%2Bw+@127.0.0.1:4223", "h").unwrap();
        assert_eq!(broker.address, "nats://127.0.0.1:4223");
        assert_eq!(broker.user, Some(("us@er".to_owned(), "p+w+".to_owned())));
        let broker = Broker::new("nats://token@example.jp", "h").unwrap();
        assert_eq!(
            (broker.address.as_str(), broker.token),
            ("nats://example.jp", Some("token".into()))
        );
        let broker = Broker::new("nats://example.jp", "ab12").unwrap();
        assert_eq!((broker.user, broker.token), (None, None));
        assert_eq!(
            (broker.look.as_str(), broker.here.as_str()),
            ("henji.ab12.look", "henji.ab12.here")
        );
    }

    #[test]
    fn waits_grow_and_differ() {
        let (first, late) = (wait(1), wait(1_000));
        assert!((Duration::from_millis(50)..=Duration::from_millis(100)).contains(&first));
        assert!((LONGEST_WAIT / 2..=LONGEST_WAIT).contains(&late));
        assert!((0..20).any(|_| wait(9) != wait(9)));
    }
}
