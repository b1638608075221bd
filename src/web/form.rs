//! The fields of a form, and the guard every form passes.
//!
//! A browser's form can only POST: a hidden `_method` says PUT or DELETE. The
//! guard reads the body once, checks that the request comes from our own page
//! (`Sec-Fetch-Site` or `Origin`, and the token of the session's forms) and only
//! then lets it reach a route, so that no handler can forget to.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError, web};
use bytes::Bytes;
use std::future::{Ready, ready};

use super::cookies::Cookies;
use super::csrf::{self, CsrfError};
use super::error::WebError;
use super::link_host::is_for_strangers;
use super::session::app_of;

pub(super) mod multipart;

/// A form is text: 64 KiB are ten times the longest message.
const LONGEST: usize = 64 * 1024;
/// All texts of a menu: 20 of 660 letters, which are nine bytes each on their way.
const LONGEST_MENU: usize = 256 * 1024;
const MENUS: &str = "/handoff_flows";
/// One that carries a file, and where it may: twice what is taken, so that a file
/// that is too large is told so in its form.
const LONGEST_WITH_FILE: usize = 2 * 1024 * 1024;
const WITH_FILE: [&str; 2] = ["/contacts/table", "/applications/table"];
/// Where scripts put the token.
const TOKEN_HEADER: &str = "x-csrf";

/// The fields of the request's form; empty where it had none.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    /// The field's value, empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The field's value unless it is missing or blank.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Sends everything of another form as well; what is here already stays.
    pub fn take_all(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// Every value of a field that may be sent more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

/// The file of the request's form; empty where it had none.
#[derive(Clone, Debug, Default)]
pub struct Upload(pub Bytes);

impl FromRequest for Upload {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or_default()))
    }
}

impl FromRequest for Fields {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or_default()))
    }
}

/// Middleware round everything a browser can write to.
pub async fn guard<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method().is_safe() || is_for_machines(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let (fields, upload) = match fields_of(&mut request).await {
        Ok(form) => form,
        Err(error) => return Ok(request.into_response(error.error_response())),
    };
    if let Err(error) = check(request.request(), &fields) {
        tracing::warn!(path = request.match_pattern(), error = %error, "a form was refused");
        return Ok(request.into_response(WebError::Forbidden.error_response()));
    }
    if let Some(method) = overridden(&request, &fields) {
        request.head_mut().method = method;
    }
    request.extensions_mut().insert(fields);
    request.extensions_mut().insert(upload);
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Those routes have a check of their own: a signature or a bearer token.
fn is_for_machines(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/hooks/")
}

async fn fields_of(request: &mut ServiceRequest) -> Result<(Fields, Upload), WebError> {
    let content_type = header_of(request, header::CONTENT_TYPE).to_owned();
    let has_file =
        content_type.starts_with("multipart/form-data") && WITH_FILE.contains(&request.path());
    if !has_file && !content_type.starts_with("application/x-www-form-urlencoded") {
        return Ok((Fields::default(), Upload::default()));
    }
    let longest = match request.path() {
        _ if has_file => LONGEST_WITH_FILE,
        path if path.starts_with(MENUS) => LONGEST_MENU,
        _ => LONGEST,
    };
    let length = header_of(request, header::CONTENT_LENGTH).parse::<usize>();
    if length.is_ok_and(|length| length > longest) {
        return Err(WebError::TooLarge);
    }
    let body: Bytes = read_body(request, longest).await?;
    match has_file {
        true => uploaded(&content_type, &body).ok_or(WebError::BadRequest),
        false => Ok((Fields::parse(&body), Upload::default())),
    }
}

fn uploaded(content_type: &str, body: &Bytes) -> Option<(Fields, Upload)> {
    let (mut fields, mut upload) = (Fields::default(), Upload::default());
    for part in multipart::parts(content_type, body)? {
        match part.is_file {
            true => upload = Upload(body.slice_ref(part.content)),
            false => fields.set(part.name, &String::from_utf8_lossy(part.content)),
        }
    }
    Some((fields, upload))
}

fn header_of(request: &ServiceRequest, name: header::HeaderName) -> &str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn read_body(request: &mut ServiceRequest, longest: usize) -> Result<Bytes, WebError> {
    use futures_util::StreamExt;

    let mut payload = request.take_payload();
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| WebError::BadRequest)?;
        if body.len() + chunk.len() > longest {
            return Err(WebError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// With a session the form's token must be the session's. Before there is one
/// (sign-in, set-up), there is nothing a forged form could act in the name of.
fn check(request: &HttpRequest, fields: &Fields) -> Result<(), CsrfError> {
    let app = app_of(request);
    let web = &app.config.web;
    let public_url = &web.public_url;
    if is_for_strangers(request.path()) {
        // Its address is what lets one in; a session has no part in it.
        return csrf::check_stranger(request.headers(), &[public_url, web.links()]);
    }
    let Some(secret) = Cookies::new(public_url).session_secret(request) else {
        return csrf::check_site(request.headers(), public_url);
    };
    let header = request.headers().get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let sent = header.or_else(|| fields.filled("csrf"));
    csrf::check(request.headers(), public_url, sent, &secret)
}

fn overridden(request: &ServiceRequest, fields: &Fields) -> Option<Method> {
    if request.method() != Method::POST {
        return None;
    }
    match fields.get("_method") {
        "PUT" | "put" => Some(Method::PUT),
        "DELETE" | "delete" => Some(Method::DELETE),
        _ => None,
    }
}
