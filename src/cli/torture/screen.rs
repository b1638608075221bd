//! An agent's screen: what a browser would show, kept up to date over a socket
//! that breaks again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::super::bench::http::Connection;
use super::super::bench::screens::{frame, handshake};
use super::api::{Api, Message};
use super::world::House;

/// Twice the server's heartbeat: a line that says nothing for so long is dead.
const SILENCE: Duration = Duration::from_secs(50);
const PATIENCE: Duration = Duration::from_secs(60);
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const TEXT: u8 = 0x1;

/// What is on the screen, and how it came there.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The thread before the user.
    pub open: Uuid,
    /// Its messages and their states.
    pub thread: BTreeMap<Uuid, String>,
    /// The events it was told of, one by one.
    pub told: BTreeSet<i64>,
    /// Up to where it read everything anew instead: after, up to.
    pub read_anew: Vec<(i64, i64)>,
    /// Events it was told of twice.
    pub repeated: Vec<i64>,
    /// The last event it knows of.
    pub cursor: i64,
    pub lines: u64,
    /// Where it stood when it was told to start again.
    pub resets_from: Option<i64>,
}

pub struct Screen {
    pub house: House,
    pub api: Api,
    pub address: SocketAddr,
    /// The control: comes back without saying what it saw last.
    pub skips_resume: bool,
    pub view: Arc<Mutex<View>>,
}

impl Screen {
    /// Looks until told to stop.
    pub async fn look(self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                // However a line ends, the next one begins.
                _ = self.line() => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = sleep(Duration::from_millis(120)) => {}
            }
        }
    }

    async fn line(&self) -> io::Result<()> {
        let (after, open) = self.with(|view| {
            view.lines += 1;
            let knows = view.lines == 1 || !self.skips_resume;
            (if knows { view.cursor } else { i64::MAX }, view.open)
        });
        let connection = timeout(PATIENCE, Connection::open(self.address)).await??;
        let query = format!("after={after}&open={open}");
        let asked = handshake(&self.house.url, &self.house.cookie, &query);
        let (mut stream, mut buffer) = timeout(PATIENCE, connection.upgrade(&asked)).await??;
        loop {
            while let Some((code, payload)) = frame(&buffer) {
                let end = payload.end;
                match code {
                    TEXT => self.takes(&buffer[payload]).await?,
                    PING => pong(&mut stream).await?,
                    CLOSE => return Ok(()),
                    _ => {}
                }
                buffer.drain(..end);
            }
            if timeout(SILENCE, stream.read_buf(&mut buffer)).await?? == 0 {
                return Ok(());
            }
        }
    }

    async fn takes(&self, frame: &[u8]) -> io::Result<()> {
        let frame: Value = serde_json::from_slice(frame)?;
        match frame["t"].as_str() {
            Some("ev") => self.with(|view| view.takes_event(&frame)),
            Some("at") => self.with(|view| view.moves_to(frame["id"].as_i64().unwrap_or(0))),
            Some("reset") if !self.skips_resume => {
                let open = self.with(|view| {
                    view.resets_from = Some(view.cursor);
                    view.open
                });
                let page = self.api.thread(open, PATIENCE).await.map_err(io::Error::other)?;
                self.with(|view| view.thread = lines(&page, open));
            }
            _ => {}
        }
        Ok(())
    }

    fn with<T>(&self, work: impl FnOnce(&mut View) -> T) -> T {
        work(&mut self.view.lock().expect("no code panics while it holds the view"))
    }
}

impl View {
    /// Which of `events` it neither was told of nor read anew.
    pub fn missed(&self, events: &[i64]) -> Vec<i64> {
        let knows = |seq: &i64| {
            let is_read = |(after, up_to): &(i64, i64)| after < seq && seq <= up_to;
            self.told.contains(seq) || self.read_anew.iter().any(is_read)
        };
        events.iter().filter(|seq| !knows(seq)).copied().collect()
    }

    fn takes_event(&mut self, frame: &Value) {
        let id = frame["id"].as_i64().unwrap_or(0);
        if !self.told.insert(id) {
            self.repeated.push(id);
        }
        self.cursor = self.cursor.max(id);
        for op in frame["ops"].as_array().into_iter().flatten() {
            let is_line = op["into"].as_str().is_some_and(|into| into.starts_with("thread-"));
            let line = op["html"].as_str().filter(|_| is_line).and_then(line);
            self.thread.extend(line);
        }
    }

    fn moves_to(&mut self, id: i64) {
        if let Some(from) = self.resets_from.take() {
            self.read_anew.push((from, id));
        }
        self.cursor = id;
    }
}

/// What a page that is loaded now shows of a thread.
pub fn lines(messages: &[Message], open: Uuid) -> BTreeMap<Uuid, String> {
    let of_thread = messages.iter().filter(|message| message.conversation_id == open);
    of_thread.map(|message| (message.id, word(message))).collect()
}

fn word(message: &Message) -> String {
    let is_ours = message.direction == "outbound";
    message.state.clone().filter(|_| is_ours).unwrap_or_default()
}

/// Message and state of a drawn line of the timeline.
fn line(html: &str) -> Option<(Uuid, String)> {
    let tag = html.split_once("<li class=\"line\"")?.1.split_once('>')?.0;
    let id = between(tag, "data-id=\"").or_else(|| between(tag, "id=\"m-"))?;
    let state = between(html, "data-state=\"").unwrap_or_default();
    Some((id.parse().ok()?, state.to_owned()))
}

fn between<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once('"').map(|(found, _)| found)
}

/// Masked, as a client must; with zeros.
async fn pong(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(&[0x8A, 0x80, 0, 0, 0, 0]).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn event(id: i64, html: &str) -> Value {
        let into = format!("thread-{}", Uuid::nil());
        json!({"t": "ev", "id": id, "ops": [{"op": "put", "into": into, "html": html}]})
    }

    #[test]
    fn a_line_is_known_by_its_message() {
        let html = format!(r#"<li class="line" id="m-{ID}" data-rev="1"><div class="m in">"#);
        assert_eq!(line(&html), Some((ID, String::new())));
        let html = format!(
            "\n<li class=\"line\" id=\"m-{}\" data-id=\"{ID}\"><div data-state=\"sent\">",
            Uuid::nil()
        );
        assert_eq!(line(&html), Some((ID, "sent".to_owned())));
        assert_eq!(line("<li class=\"row\">"), None);
    }

    #[test]
    fn an_event_told_twice_or_never_is_noticed() {
        let mut view = View::default();
        let html = format!(r#"<li class="line" id="m-{ID}"><p data-state="sent">"#);
        view.takes_event(&event(4, &html));
        assert!(view.repeated.is_empty());
        view.takes_event(&event(4, &html));
        assert_eq!(view.repeated, [4]);
        assert_eq!(view.thread, BTreeMap::from([(ID, "sent".to_owned())]));
        assert_eq!(view.missed(&[2, 4, 7]), [2, 7]);
        // Read anew is as good as told; moved on is not.
        view.resets_from = Some(4);
        view.moves_to(7);
        view.moves_to(9);
        assert_eq!(view.missed(&[2, 4, 7, 8]), [2, 8]);
    }
}
