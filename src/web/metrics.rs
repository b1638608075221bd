//! Counts requests by the pattern of their route.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::telemetry::Metrics;

/// Middleware. A path as received is never a label: it may hold ids, and a
/// stranger could make as many of them as memory lasts.
pub async fn count(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let response = next.call(request).await?;
    let pattern = response.request().match_pattern();
    let route = pattern.as_deref().unwrap_or("unmatched");
    let method = known_method(response.request().method());
    metrics.http_request(method, route, response.status().as_u16(), begun.elapsed());
    Ok(response)
}

/// The method's name; one word for all that a stranger may make up.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::*;

    #[actix_web::test]
    async fn requests_are_counted_by_pattern() {
        let metrics = Metrics::new();
        let app =
            App::new().app_data(web::Data::new(metrics.clone())).wrap(from_fn(count)).service(
                web::scope("/conversations")
                    .route("/{id}", web::get().to(|| async { HttpResponse::Ok().finish() })),
            );
        let app = init_service(app).await;
        let made_up = Method::from_bytes(b"SECRET").unwrap();
        for (method, path) in [
            (Method::GET, "/conversations/1"),
            (Method::GET, "/conversations/2"),
            (Method::GET, "/wp-login.php"),
            (made_up, "/secret"),
        ] {
            call_service(&app, TestRequest::default().method(method).uri(path).to_request()).await;
        }
        let text = metrics.text();
        for line in [
            r#"henji_http_requests_total{method="GET",route="/conversations/{id}",status="2xx"} 2"#,
            r#"henji_http_requests_total{method="GET",route="unmatched",status="4xx"} 1"#,
            r#"henji_http_requests_total{method="other",route="unmatched",status="4xx"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("wp-login") && !text.to_lowercase().contains("secret"), "{text}");
    }
}
