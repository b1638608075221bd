//! A browser's live line.

use futures_util::{SinkExt, StreamExt};
use henji::domain::id::ConversationId;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::browser::Browser;
use super::test_app::{PATIENCE, PUBLIC_URL, TestApp};

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// How a line ended: the code of the close frame.
pub type Code = u16;

impl Socket {
    /// Opens `/live?after=` as `browser` does.
    pub async fn open(app: &TestApp, browser: &Browser, after: i64) -> Self {
        let opened = Self::try_open(app, &browser.cookie(), PUBLIC_URL, after).await;
        opened.unwrap_or_else(|status| panic!("refused with {status}"))
    }

    /// The status of the refusal, if it is one.
    pub async fn try_open(
        app: &TestApp,
        cookie: &str,
        origin: &str,
        after: i64,
    ) -> Result<Self, u16> {
        Self::try_open_at(&app.url, cookie, origin, after).await
    }

    /// At the node that is reached by `url`.
    pub async fn try_open_at(
        url: &str,
        cookie: &str,
        origin: &str,
        after: i64,
    ) -> Result<Self, u16> {
        let url = format!("{}/live?after={after}", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        if !origin.is_empty() {
            headers.insert("origin", origin.parse().unwrap());
        }
        headers.insert("cookie", cookie.parse().unwrap());
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The next numbers for the tabs, by inbox.
    pub async fn counts(&mut self) -> Value {
        let counted = async {
            while let Some(Ok(message)) = self.stream.next().await {
                let frame: Value = match message {
                    Message::Text(text) => serde_json::from_str(text.as_str()).unwrap(),
                    _ => continue,
                };
                if frame["t"] == "count" {
                    return frame["in"].clone();
                }
            }
            panic!("the line ended before it counted")
        };
        timeout(PATIENCE, counted).await.expect("numbers in time")
    }

    /// Says which thread is on the screen, drawn at event `after`.
    pub async fn watch(&mut self, conversation: ConversationId, after: i64) {
        let word = json!({ "t": "watch", "c": conversation.to_string(), "after": after });
        self.stream.send(Message::text(word.to_string())).await.unwrap();
    }

    /// Says that its user has `conversation` before them.
    pub async fn says_here(&mut self, conversation: ConversationId, types: bool) {
        let word = json!({ "t": "here", "c": conversation.to_string(), "types": types });
        self.says(&word.to_string()).await;
    }

    pub async fn says(&mut self, word: &str) {
        self.stream.send(Message::text(word.to_owned())).await.unwrap();
    }

    /// The next frame of any kind but heartbeats and counts, if one comes so soon.
    pub async fn next_within(&mut self, time: std::time::Duration) -> Option<Value> {
        timeout(time, self.next_whenever()).await.ok().and_then(Result::ok)
    }

    /// The next frame that is no heartbeat and no count, or how the line ended.
    pub async fn next(&mut self) -> Result<Value, Code> {
        timeout(PATIENCE, self.next_whenever()).await.expect("a frame in time")
    }

    /// The next frame of that kind; others before it are passed over.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap_or_else(|code| panic!("closed with {code}"));
            if frame["t"] == kind {
                return frame;
            }
        }
    }

    /// The next that tells of a conversation, and not of one's own rights or wishes.
    pub async fn next_of_conversations(&mut self) -> Value {
        loop {
            let frame = self.next_of("ev").await;
            if !frame["c"].is_null() {
                return frame;
            }
        }
    }

    /// Waits until the line is closed.
    pub async fn closed(&mut self) -> Code {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }

    async fn next_whenever(&mut self) -> Result<Value, Code> {
        while let Some(message) = self.stream.next().await {
            match message {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                    if frame["t"] != "hb" && frame["t"] != "count" {
                        return Ok(frame);
                    }
                }
                Ok(Message::Close(Some(close))) => return Err(close.code.into()),
                Ok(Message::Close(None)) | Err(_) => return Err(1006),
                Ok(_) => {}
            }
        }
        Err(1006)
    }
}
