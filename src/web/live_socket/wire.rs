//! A WebSocket as live wants its wires.

use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};
use bytestring::ByteString;

use crate::live::frame::Word;
use crate::live::socket::Gone;
use crate::live::{Close, Wire};

pub struct Socket {
    /// Taken when it is closed.
    pub ws: Option<Session>,
    pub messages: MessageStream,
}

impl Wire for Socket {
    async fn text(&mut self, text: ByteString) -> Result<(), Gone> {
        match &mut self.ws {
            Some(ws) => ws.text(text).await.map_err(|_closed| Gone),
            None => Err(Gone),
        }
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        match &mut self.ws {
            Some(ws) => ws.ping(b"").await.map_err(|_closed| Gone),
            None => Err(Gone),
        }
    }

    async fn heard(&mut self) -> Result<Word, Gone> {
        while let Some(Ok(message)) = self.messages.recv().await {
            match message {
                Message::Ping(bytes) => {
                    let Some(ws) = &mut self.ws else { return Err(Gone) };
                    ws.pong(&bytes).await.map_err(|_closed| Gone)?;
                }
                Message::Text(text) => {
                    if let Ok(word) = serde_json::from_str(&text) {
                        return Ok(word);
                    }
                }
                Message::Close(_) => return Err(Gone),
                _ => {}
            }
        }
        Err(Gone)
    }

    async fn close(&mut self, close: Close) {
        if let Some(ws) = self.ws.take() {
            let reason = CloseReason {
                code: CloseCode::Other(close.code()),
                description: Some(close.reason()),
            };
            // Whoever is gone needs no farewell.
            drop(ws.close(Some(reason)).await);
        }
    }
}
