//! An agent's screen: what a browser would show, kept up to date over a socket
//! that breaks again and again.

use std::collections::BTreeMap;
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
    /// Message and state.
    pub shown: BTreeMap<Uuid, String>,
    /// The last event it was told of.
    pub cursor: i64,
    /// Events it was told of twice.
    pub repeated: Vec<i64>,
    pub lines: u64,
    pub resets: u64,
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
        let after = self.with(|view| {
            view.lines += 1;
            let starts = view.lines == 1 || !self.skips_resume;
            if starts { view.cursor } else { i64::MAX }
        });
        let connection = timeout(PATIENCE, Connection::open(self.address)).await??;
        let asked = handshake(&self.house.url, &self.house.cookie, after);
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
            Some("at") => self.with(|view| view.cursor = frame["id"].as_i64().unwrap_or(0)),
            Some("reset") if !self.skips_resume => {
                let page = self.api.everything(PATIENCE).await.map_err(io::Error::other)?;
                self.with(|view| view.starts_again(&page));
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
    fn takes_event(&mut self, frame: &Value) {
        let id = frame["id"].as_i64().unwrap_or(0);
        if id <= self.cursor {
            self.repeated.push(id);
        }
        self.cursor = id;
        for op in frame["ops"].as_array().into_iter().flatten() {
            let is_line = op["into"].as_str().is_some_and(|into| into.starts_with("thread-"));
            let line = op["html"].as_str().filter(|_| is_line).and_then(line);
            self.shown.extend(line);
        }
    }

    /// As a page that is loaded anew.
    fn starts_again(&mut self, page: &[Message]) {
        self.resets += 1;
        self.shown = shown(page);
    }
}

/// What a screen that missed nothing shows of `messages`.
pub fn shown(messages: &[Message]) -> BTreeMap<Uuid, String> {
    messages.iter().map(|message| (message.id, word(message))).collect()
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
    fn an_event_told_twice_is_noticed() {
        let mut view = View::default();
        let html = format!(r#"<li class="line" id="m-{ID}"><p data-state="sent">"#);
        view.takes_event(&event(4, &html));
        assert!(view.repeated.is_empty());
        view.takes_event(&event(4, &html));
        assert_eq!(view.repeated, [4]);
        assert_eq!(view.shown, BTreeMap::from([(ID, "sent".to_owned())]));
    }
}
