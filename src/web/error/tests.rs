use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};

use super::*;

async fn refuse(path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let wait = Duration::from_millis(1_500);
    Err(match path.as_str() {
        "signed-out" => WebError::SignedOut,
        "forbidden" => WebError::Forbidden,
        "not-found" => StoreError::NotFound.into(),
        "conflict" => ActionError::TooLate.into(),
        "too-many" => WebError::TooManyRequests { retry_after: wait },
        "busy" => StoreError::Busy(wait).into(),
        "invalid" => WebError::unprocessable("to", "taken", "to: is taken already"),
        _ => WebError::internal("password hunter2 of the database"),
    })
}

struct Answer {
    status: u16,
    content_type: String,
    location: Option<String>,
    retry_after: Option<String>,
    body: String,
}

async fn ask(request: TestRequest) -> Answer {
    let app = App::new()
        .wrap(from_fn(present))
        .route("/{what}", web::get().to(refuse))
        .route("/number/{number}", web::get().to(async |_: web::Path<u8>| HttpResponse::Ok()))
        .route("/api/v1/{what}", web::get().to(refuse))
        .route("/fine", web::post().to(async || HttpResponse::NotFound().body("as it is")));
    let response = call_service(&init_service(app).await, request.to_request()).await;
    let header = |name: header::HeaderName| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    Answer {
        status: response.status().as_u16(),
        content_type: header(header::CONTENT_TYPE).unwrap_or_default(),
        location: header(header::LOCATION),
        retry_after: header(header::RETRY_AFTER),
        body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
    }
}

fn page(path: &str) -> TestRequest {
    TestRequest::get().uri(path).insert_header((header::ACCEPT, "text/html"))
}

#[actix_web::test]
async fn pages_say_what_happened_in_the_readers_language() {
    for (path, status, language, words) in [
        ("/forbidden", 403, "en", "Not allowed"),
        ("/not-found", 404, "en", "Not found"),
        ("/not/there", 404, "en", "Not found"),
        ("/number/300", 404, "en", "Not found"),
        ("/conflict", 409, "en-GB", "Somebody was faster"),
        ("/invalid", 422, "en", "This cannot be accepted"),
        ("/too-many", 429, "fr, en;q=0.5", "One moment, please"),
        ("/boom", 500, "en", "That did not work"),
        ("/busy", 503, "en", "Not possible right now"),
    ] {
        let answer = ask(page(path).insert_header((header::ACCEPT_LANGUAGE, language))).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.content_type, "text/html; charset=utf-8");
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
        assert!(answer.body.contains("lang=\"en\""), "{path}: {}", answer.body);
    }
    let japanese = ask(page("/not-found")).await;
    assert!(japanese.body.contains("lang=\"ja\""), "{}", japanese.body);
}

#[actix_web::test]
async fn the_cause_never_leaves_the_house() {
    for request in [page("/boom"), page("/api/v1/boom"), fragment("/boom")] {
        let answer = ask(request).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
    }
    assert!(ask(page("/api/v1/boom")).await.body.contains("\"request_id\":\""));
}

fn fragment(path: &str) -> TestRequest {
    page(path).insert_header(("x-fragment", "thread"))
}

#[actix_web::test]
async fn a_fragment_gets_a_line_and_not_a_page() {
    let answer = ask(fragment("/forbidden").insert_header(("accept-language", "en"))).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Not allowed"), "{}", answer.body);
    assert!(!answer.body.contains("<html"), "{}", answer.body);
}

#[actix_web::test]
async fn the_api_gets_a_problem_document() {
    for (path, status, body) in [
        (
            "/api/v1/not-found",
            404,
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"not found"}"#,
        ),
        (
            "/api/v1/invalid",
            422,
            concat!(
                r#"{"type":"about:blank","title":"Unprocessable Entity","status":422,"#,
                r#""detail":"to: is taken already","field":"to","reason":"taken"}"#
            ),
        ),
        ("/api/nowhere", 404, r#"{"type":"about:blank","title":"Not Found","status":404}"#),
    ] {
        let answer = ask(page(path)).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
        assert_eq!(answer.content_type, "application/problem+json");
    }
}

#[actix_web::test]
async fn a_wait_is_told_in_whole_seconds_and_never_too_short() {
    for path in ["/too-many", "/busy", "/api/v1/busy"] {
        assert_eq!(ask(page(path)).await.retry_after.as_deref(), Some("2"), "{path}");
    }
}

#[actix_web::test]
async fn a_page_leads_to_the_sign_in_and_back_again() {
    let answer = ask(page("/signed-out?m=1&n=%E3%81%82")).await;
    let back = "/session/new?return_to=%2Fsigned-out%3Fm%3D1%26n%3D%25E3%2581%2582";
    assert_eq!((answer.status, answer.location.as_deref()), (303, Some(back)));
    let script = page("/signed-out").insert_header(("sec-fetch-mode", "cors"));
    for request in [script, fragment("/signed-out"), page("/api/v1/signed-out")] {
        let answer = ask(request).await;
        assert_eq!((answer.status, answer.location), (401, None));
    }
}

#[actix_web::test]
async fn an_answer_that_explains_itself_is_left_alone() {
    let answer = ask(TestRequest::post().uri("/fine")).await;
    assert_eq!((answer.status, answer.body.as_str()), (404, "as it is"));
}
