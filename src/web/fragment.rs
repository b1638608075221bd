//! Which part of a page the browser's scripts ask for (`X-Fragment`).

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use askama::Template;

use super::error::WebError;

/// The fragment's name; `None` where a whole page is wanted.
pub fn asked_for(request: &HttpRequest) -> Option<&str> {
    request.headers().get("x-fragment")?.to_str().ok()
}

/// A template as an answer.
pub fn html(template: &impl Template) -> Result<HttpResponse, WebError> {
    html_with(StatusCode::OK, template)
}

pub fn html_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse, WebError> {
    let text = template.render().map_err(WebError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text))
}

/// 303: the form was taken, go on there.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
