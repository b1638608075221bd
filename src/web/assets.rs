//! The static files, carried inside the binary.
//!
//! All live under one hash of them all, so that relative addresses between them
//! hold and a browser may keep every one for ever. Nothing is read from disk.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

/// One file, in the three forms a browser may ask for.
pub struct Asset {
    pub path: &'static str,
    pub mime: &'static str,
    pub raw: &'static [u8],
    pub br: &'static [u8],
    pub gz: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file: `url("app.css")` is `/static/<hash>/app.css`.
pub fn url(path: &str) -> String {
    format!("/static/{BUILD}/{path}")
}

pub fn find(path: &str) -> Option<&'static Asset> {
    let at = FILES.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    Some(&FILES[at])
}

/// `GET /static/{build}/{path:.*}`
///
/// An unknown hash answers 404 rather than the file of today, which an old page
/// would then keep for ever under the old address.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let build = request.match_info().get("build").unwrap_or_default();
    let path = request.match_info().get("path").unwrap_or_default();
    match find(path) {
        Some(asset) if build == BUILD => asset.answer(&request),
        _ => HttpResponse::NotFound().finish(),
    }
}

/// `GET /sw.js`: the one script outside [`serve`], because a worker rules over no
/// address above its own.
///
/// It begins with the hash of all files, so that it is another one with each build.
pub async fn service_worker() -> HttpResponse {
    let source = find("sw.js").expect("static/sw.js is packed").raw;
    let script = [format!("const BUILD = {BUILD:?}\n").as_bytes(), source].concat();
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(script)
}

/// Whether an `Accept-Encoding` of `accepted` allows `coding` by its name.
pub(super) fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        name.trim().eq_ignore_ascii_case(coding)
            && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

impl Asset {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let (encoding, body) = self.choose(request.headers().get(header::ACCEPT_ENCODING));
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CONTENT_TYPE, self.mime))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::VARY, "accept-encoding"));
        if let Some(encoding) = encoding {
            response.insert_header((header::CONTENT_ENCODING, encoding));
        }
        response.body(body)
    }

    /// The smallest form the browser takes.
    fn choose(&self, accepted: Option<&HeaderValue>) -> (Option<&'static str>, &'static [u8]) {
        let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or_default();
        match () {
            () if takes(accepted, "br") => (Some("br"), self.br),
            () if takes(accepted, "gzip") => (Some("gzip"), self.gz),
            () => (None, self.raw),
        }
    }
}

#[cfg(test)]
mod tests;
