//! What comes with a reply form: a text, and pictures as they are read from the line.
//!
//! The guard of forms reads none of it: whether anybody waits for it is known first.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{self, BytesMut};
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::domain::photo::{LARGEST, MOST};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::form::multipart::{self, Part};

/// What is kept of a form: its pictures, and as much again as any other form may be.
const KEPT: usize = MOST * LARGEST + LONGEST_BODY;
/// What is read of one at all. Somebody who chose a film is told so in the form, and
/// the browser shows no answer before it has sent everything.
const READ: usize = 96 * 1024 * 1024;
/// Three pictures of a camera over a bad line.
const PATIENCE: Duration = Duration::from_secs(300);
/// At 24 MB each, until what came of it is answered; only who holds a form that is open
/// gets so far.
static READERS: Semaphore = Semaphore::const_new(8);
/// How long somebody waits for one of them before they are told to try again.
const QUEUE: Duration = Duration::from_secs(10);
/// Of the text, as of any other form.
const LONGEST_BODY: usize = 64 * 1024;

/// A form as it came.
#[derive(Debug, Default)]
pub struct Sent {
    pub body: String,
    pub files: Vec<Bytes>,
    /// False where it was more than is kept.
    pub is_whole: bool,
    /// Kept as long as the pictures are.
    _reader: Option<SemaphorePermit<'static>>,
}

impl Sent {
    /// Whether the form is of the kind that may bring pictures.
    pub fn brings_files(request: &HttpRequest) -> bool {
        request.content_type().eq_ignore_ascii_case("multipart/form-data")
    }

    /// `fields` are those of a form without pictures, which the guard has read.
    pub async fn read(
        request: &HttpRequest,
        fields: &Fields,
        payload: web::Payload,
    ) -> Result<Self, WebError> {
        if !Self::brings_files(request) {
            let body = fields.get("body").to_owned();
            return Ok(Self { body, is_whole: true, ..Self::default() });
        }
        let busy = |_too_long| WebError::Busy { retry_after: QUEUE };
        let reader = timeout(QUEUE, READERS.acquire()).await.map_err(busy)?;
        let reader = reader.expect("nobody closes it");
        let read = timeout(PATIENCE, received(payload)).await;
        let (kept, is_whole) = read.map_err(|_too_slow| WebError::BadRequest)??;
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let parts = match is_whole {
            true => multipart::parts(kind, &kept).ok_or(WebError::BadRequest)?,
            false => multipart::whole_parts(kind, &kept),
        };
        Ok(Self { is_whole, _reader: Some(reader), ..Self::of(&kept, parts)? })
    }

    fn of(kept: &Bytes, parts: Vec<Part<'_>>) -> Result<Self, WebError> {
        let mut sent = Self::default();
        for part in parts {
            match (part.name, part.is_file) {
                ("body", false) if part.content.len() > LONGEST_BODY => {
                    return Err(WebError::TooLarge);
                }
                ("body", false) => sent.body = String::from_utf8_lossy(part.content).into_owned(),
                // A browser sends an empty file where none was chosen.
                ("photo", true) if !part.content.is_empty() => {
                    sent.files.push(kept.slice_ref(part.content));
                }
                _ => {}
            }
        }
        Ok(sent)
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
