//! Which part of a page the browser's scripts ask for (`X-Fragment`).

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use askama::Template;

use super::error::WebError;
use super::views::{ErrorPage, ProblemView};
use crate::locale::Locale;

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

/// 422: why a button did nothing, in the reader's words: a line for scripts, else
/// a page, because such a button belongs to no form on show.
pub fn refused(request: &HttpRequest, t: Locale, why: String) -> Result<HttpResponse, WebError> {
    let (refused, detail) = (StatusCode::UNPROCESSABLE_ENTITY, Some(why));
    let status = refused.as_u16();
    if asked_for(request).is_some() {
        return html_with(refused, &ProblemView { t, status, detail, field: "" });
    }
    let page = ErrorPage { t, status, detail, request_id: None, retry_after: None };
    html_with(refused, &page)
}

/// 303: the form was taken, go on there.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
