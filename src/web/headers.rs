//! The headers every answer carries (reliability-and-security.md 3.2).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::feeds::PATH as FEEDS;
use super::link_host::is_for_strangers;
use super::photos::PATH as PHOTOS;
use crate::config::PublicUrl;

/// Files under this path have a hash in their name and may be kept for ever.
const STATIC: &str = "/static/";

/// Of what strangers got by text: no script at all, and nobody is told where they
/// come from. Browsers ask `form-action` of every hop that answers a form, and whom
/// the other side then leads where is its business.
const POLICY_FOR_STRANGERS: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                                    form-action 'self' https: http:; base-uri 'none'; \
                                    frame-ancestors 'none'";

/// Of pictures that strangers sent: they are JPEGs that we drew, and if one were
/// something else after all, nothing in it would run or reach anything.
const POLICY_FOR_PHOTOS: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What the browser may and may not do with our pages.
///
/// Built once from the public URL: the request's `Host` is a stranger's word.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    fixed: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    pub fn new(public_url: &PublicUrl) -> Self {
        let policy = HeaderValue::from_str(&content_security_policy(public_url))
            .expect("a parsed address holds only characters of a header");
        let mut fixed = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            // Not `no-referrer`: under it browsers send `Origin: null` with our own forms.
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
            (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
            (
                header::PERMISSIONS_POLICY,
                HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
            ),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        ];
        if public_url.is_https() {
            fixed.push((
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=63072000; includeSubDomains"),
            ));
        }
        Self { fixed }
    }

    /// Sets them on an answer to a request for `path`.
    ///
    /// Whatever is not a static file is never stored by a browser or a proxy: it may hold
    /// somebody's messages. A calendar keeps the feed it asked for.
    fn set(&self, path: &str, headers: &mut HeaderMap) {
        for (name, value) in &self.fixed {
            headers.insert(name.clone(), value.clone());
        }
        if is_for_strangers(path) {
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY_FOR_STRANGERS),
            );
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        if path.starts_with(PHOTOS) {
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY_FOR_PHOTOS),
            );
            // A page in a sandbox that asks for a group of its own is shown by no browser.
            headers.insert(
                header::CROSS_ORIGIN_OPENER_POLICY,
                HeaderValue::from_static("unsafe-none"),
            );
        }
        let may_be_kept = path.starts_with(STATIC) || path.starts_with(FEEDS);
        let is_kept = may_be_kept && headers.contains_key(header::CACHE_CONTROL);
        if !is_kept {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// Middleware, the outermost one, so that error pages carry the headers too.
pub async fn secure(
    headers: web::Data<SecurityHeaders>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let path = response.request().path().to_owned();
    headers.set(&path, response.headers_mut());
    Ok(response)
}

fn content_security_policy(public_url: &PublicUrl) -> String {
    let socket = if public_url.is_https() { "wss" } else { "ws" };
    let host = public_url.authority();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; media-src 'self'; connect-src 'self' {socket}://{host}; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app"
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderMap;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::*;

    async fn answer_to(public_url: &str, path: &str, host: &str) -> HeaderMap {
        let headers = SecurityHeaders::new(&PublicUrl::parse(public_url).unwrap());
        let kept = || async {
            HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "immutable")).finish()
        };
        let app = App::new()
            .app_data(web::Data::new(headers))
            .wrap(from_fn(secure))
            .route("/static/a/app.css", web::get().to(kept))
            .route("/l/a", web::get().to(kept))
            .route("/sw.js", web::get().to(kept));
        let app = init_service(app).await;
        let request = TestRequest::get().uri(path).insert_header((header::HOST, host));
        call_service(&app, request.to_request()).await.headers().clone()
    }

    fn is(headers: &HeaderMap, name: &str, value: &str) -> bool {
        headers.get_all(name).map(HeaderValue::as_bytes).eq([value.as_bytes()])
    }

    #[actix_web::test]
    async fn every_answer_carries_them_even_a_missing_page() {
        let headers = answer_to("https://sms.example.jp", "/nowhere", "sms.example.jp").await;
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: \
                 blob:; font-src 'self'; media-src 'self'; connect-src 'self' \
                 wss://sms.example.jp; manifest-src 'self'; worker-src 'self'; form-action \
                 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for \
                 'script'; trusted-types app",
            ),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert!(is(&headers, name, value), "{name}: {:?}", headers.get(name));
        }
    }

    #[actix_web::test]
    async fn the_policy_names_the_public_host_whatever_the_request_says() {
        let headers = answer_to("http://127.0.0.1:8080", "/", "evil.example").await;
        let policy = headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("connect-src 'self' ws://127.0.0.1:8080;"), "{policy}");
        assert!(!policy.contains("evil"), "{policy}");
        assert!(!headers.contains_key("strict-transport-security"));
    }

    #[actix_web::test]
    async fn strangers_are_shown_no_script_and_nobody_is_told_where_they_come_from() {
        let headers = answer_to("https://sms.example.jp", "/l/a", "s.example.jp").await;
        let policy = headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(!policy.contains("script-src") && policy.starts_with("default-src 'none'"));
        assert!(is(&headers, "referrer-policy", "no-referrer"));
        assert!(is(&headers, "cache-control", "no-store"));
    }

    #[actix_web::test]
    async fn nothing_runs_in_a_picture() {
        let headers = answer_to("https://sms.example.jp", "/photos/a", "sms.example.jp").await;
        let policy = "default-src 'none'; sandbox; frame-ancestors 'none'";
        assert!(is(&headers, "content-security-policy", policy));
        assert!(is(&headers, "cross-origin-opener-policy", "unsafe-none"));
        assert!(is(&headers, "x-content-type-options", "nosniff"));
        assert!(is(&headers, "cache-control", "no-store"));
    }

    #[actix_web::test]
    async fn only_static_files_may_be_kept() {
        let url = "https://sms.example.jp";
        assert!(is(&answer_to(url, "/static/a/app.css", "h").await, "cache-control", "immutable"));
        assert!(is(&answer_to(url, "/static/a/none.css", "h").await, "cache-control", "no-store"));
        assert!(is(&answer_to(url, "/sw.js", "h").await, "cache-control", "no-store"));
    }
}
