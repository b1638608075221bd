//! What comes with a reply form: a text, and pictures as they are read from the line.
//!
//! The guard of forms reads none of it: whether anybody waits for it is known first.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{self, BytesMut};
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::domain::photo::{LARGEST, MOST};
use crate::web::error::WebError;
use crate::web::form::{Fields, multipart};

/// What is kept of a form: its pictures, and as much again as any other form may be.
const KEPT: usize = MOST * LARGEST + 64 * 1024;
/// What is read of one at all. Somebody who chose a film is told so in the form, and
/// the browser shows no answer before it has sent everything.
const READ: usize = 96 * 1024 * 1024;
/// Three pictures of a camera over a bad line.
const PATIENCE: Duration = Duration::from_secs(300);
/// At 24 MB each; only who holds a form that is open gets so far.
static READERS: Semaphore = Semaphore::const_new(8);

/// A form as it came.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub body: String,
    pub files: Vec<Bytes>,
    /// False where it was more than is kept.
    pub is_whole: bool,
}

impl Sent {
    /// `fields` are those of a form without pictures, which the guard has read.
    pub async fn read(
        request: &HttpRequest,
        fields: &Fields,
        payload: web::Payload,
    ) -> Result<Self, WebError> {
        let kind = request.content_type().to_ascii_lowercase();
        if kind != "multipart/form-data" {
            let body = fields.get("body").to_owned();
            return Ok(Self { body, files: Vec::new(), is_whole: true });
        }
        let _reader = READERS.acquire().await.expect("nobody closes it");
        let read = timeout(PATIENCE, received(payload)).await;
        let (kept, is_whole) = read.map_err(|_too_slow| WebError::BadRequest)??;
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if is_whole && multipart::parts(kind, &kept).is_none() {
            return Err(WebError::BadRequest);
        }
        Ok(Self::of(kind, &kept, is_whole))
    }

    fn of(kind: &str, kept: &Bytes, is_whole: bool) -> Self {
        let mut sent = Self { is_whole, ..Self::default() };
        for part in multipart::whole_parts(kind, kept) {
            match (part.name, part.is_file) {
                ("body", false) => sent.body = String::from_utf8_lossy(part.content).into_owned(),
                // A browser sends an empty file where none was chosen.
                ("photo", true) if !part.content.is_empty() => {
                    sent.files.push(kept.slice_ref(part.content));
                }
                _ => {}
            }
        }
        sent
    }
}

/// The beginning of what comes, and whether that is all of it.
async fn received(mut payload: web::Payload) -> Result<(Bytes, bool), WebError> {
    let (mut kept, mut read) = (BytesMut::new(), 0);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| WebError::BadRequest)?;
        read += chunk.len();
        if read > READ {
            return Err(WebError::TooLarge);
        }
        if read <= KEPT {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok((kept.freeze(), read <= KEPT))
}
