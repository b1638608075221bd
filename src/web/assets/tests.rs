use actix_web::http::StatusCode;
use actix_web::{App, test, web};

use super::*;

#[test]
async fn the_table_is_sorted_so_that_find_finds_every_file() {
    for asset in FILES {
        assert!(find(asset.path).is_some_and(|found| std::ptr::eq(found, asset)), "{}", asset.path);
    }
    assert!(find("app.css/").is_none());
    assert!(find("../Cargo.toml").is_none());
}

#[test]
async fn the_browser_gets_the_smallest_form_it_takes() {
    let raw = find("app.css").expect("the stylesheet");
    for (accepted, encoding, length) in [
        ("gzip, deflate, br", Some("br"), raw.br.len()),
        ("gzip", Some("gzip"), raw.gz.len()),
        ("br;q=0, gzip", Some("gzip"), raw.gz.len()),
        ("identity", None, raw.raw.len()),
    ] {
        let answer = get(&url("app.css"), accepted).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let header =
            |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header(header::CONTENT_ENCODING).as_deref(), encoding, "{accepted}");
        assert_eq!(header(header::CONTENT_TYPE).as_deref(), Some("text/css; charset=utf-8"));
        assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS).as_deref(), Some("nosniff"));
        assert!(header(header::CACHE_CONTROL).is_some_and(|value| value.contains("immutable")));
        assert_eq!(test::read_body(answer).await.len(), length);
    }
}

#[test]
async fn scripts_are_served_as_scripts() {
    let answer = get(&url("app.js"), "").await;
    let kind = answer.headers().get(header::CONTENT_TYPE).expect("a type");
    assert_eq!(kind, "text/javascript; charset=utf-8");
}

#[test]
async fn another_build_and_another_file_are_not_found() {
    for path in ["/static/0123456789ab/app.css".to_owned(), url("missing.css"), url("../app.css")] {
        assert_eq!(get(&path, "").await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// ui.md 11.11: CSS 8 KB, JS 20 KB, icons 3 KB, as they travel to a browser of today.
#[test]
async fn the_files_keep_within_their_budgets() {
    for (path, budget) in [("app.css", 8 << 10), ("app.js", 20 << 10), ("icons.svg", 3 << 10)] {
        let size = find(path).expect("a file").br.len();
        assert!(size <= budget, "{path}: {size} of {budget} bytes");
    }
}

async fn get(path: &str, accepted: &str) -> actix_web::dev::ServiceResponse {
    let app = App::new().route("/static/{build}/{path:.*}", web::get().to(serve));
    let app = test::init_service(app).await;
    let request =
        test::TestRequest::get().uri(path).insert_header((header::ACCEPT_ENCODING, accepted));
    test::call_service(&app, request.to_request()).await
}
