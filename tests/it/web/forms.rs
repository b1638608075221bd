//! A request that one of our own pages did not make changes nothing (T-CSRF-1).

use henji::web::routes::{Access, Route, TABLE};
use reqwest::{Method, RequestBuilder};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO};

/// A way to be refused.
type Forgery = (&'static str, fn(&Scene, &str, &str) -> RequestBuilder);

struct Scene {
    admin: Browser,
    /// Another session's token.
    others_csrf: String,
}

const FORGERIES: &[Forgery] = &[
    ("no token", |s, path, fields| s.post(path, fields).header("origin", OURS)),
    ("an empty token", |s, path, fields| {
        s.post(path, &format!("{fields}&csrf=")).header("origin", OURS)
    }),
    ("a wrong token", |s, path, fields| {
        s.post(path, &format!("{fields}&csrf={}", "A".repeat(43))).header("origin", OURS)
    }),
    ("another session's token", |s, path, fields| {
        s.post(path, &format!("{fields}&csrf={}", s.others_csrf)).header("origin", OURS)
    }),
    ("a foreign origin", |s, path, fields| {
        s.signed(path, fields).header("origin", "https://evil.example")
    }),
    ("no origin", |s, path, fields| s.signed(path, fields)),
    ("a null origin", |s, path, fields| s.signed(path, fields).header("origin", "null")),
    ("a sister site", |s, path, fields| {
        s.signed(path, fields).header("origin", OURS).header("sec-fetch-site", "same-site")
    }),
    ("another site", |s, path, fields| {
        s.signed(path, fields).header("origin", OURS).header("sec-fetch-site", "cross-site")
    }),
    ("a text as a form", |s, path, fields| {
        let body = format!("{fields}&csrf={}", s.admin.csrf());
        s.bare(path).header("content-type", "text/plain").header("origin", OURS).body(body)
    }),
    ("JSON as a form", |s, path, _| {
        let body = format!("{{\"csrf\": \"{}\"}}", s.admin.csrf());
        s.bare(path).header("content-type", "application/json").header("origin", OURS).body(body)
    }),
    ("the token in the address", |s, path, fields| {
        let path = format!("{path}?csrf={}", s.admin.csrf());
        s.post(&path, fields).header("origin", OURS)
    }),
];

const OURS: &str = crate::support::test_app::PUBLIC_URL;

impl Scene {
    fn bare(&self, path: &str) -> RequestBuilder {
        let request = self.admin.request(Method::POST, path).build().unwrap();
        let http = reqwest::Client::clone(self.admin.http());
        let cookie = request.headers()["cookie"].clone();
        http.post(request.url().clone()).header("cookie", cookie)
    }

    fn post(&self, path: &str, fields: &str) -> RequestBuilder {
        let form = "application/x-www-form-urlencoded";
        self.bare(path).header("content-type", form).body(fields.to_owned())
    }

    fn signed(&self, path: &str, fields: &str) -> RequestBuilder {
        self.post(path, &format!("{fields}&csrf={}", self.admin.csrf()))
    }
}

#[tokio::test]
async fn no_forged_form_is_taken_anywhere() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let others_csrf = app.sign_in(SATO).await.csrf();
    let scene = Scene { admin, others_csrf };
    let before = traces(&app).await;
    let mut tried = 0;
    for route in forms() {
        let path = route.path.replace("{id}", &Uuid::now_v7().to_string());
        let fields = format!("_method={}", route.method.to_uppercase());
        for (what, forge) in FORGERIES {
            let answer = Answer::to(forge(&scene, &path, &fields)).await;
            assert_eq!(answer.status, 403, "{what}: {} {path}", route.method);
            tried += 1;
        }
        // The verb itself instead of the hidden field, as a script would send it.
        let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
        let bare = scene.admin.request(method, &path).body("");
        assert_eq!(Answer::to(bare).await.status, 403, "{} {path}", route.method);
        // A link or an image is no form.
        let link = format!("{path}?{fields}&csrf={}", scene.admin.csrf());
        let answer = scene.admin.get(&link).await;
        assert!(answer.status < 500, "GET {path}: {}", answer.status);
    }
    assert!(tried > 300, "only {tried}");
    assert_eq!(traces(&app).await, before, "something was changed");
    scene.admin.get("/settings").await.expect(200);
}

#[tokio::test]
async fn our_own_forms_are_taken_however_they_say_where_they_come_from() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let scene = Scene { others_csrf: String::new(), admin };
    let (path, fields) = ("/settings/preferences", "_method=PUT&theme=dark");
    let by_origin = scene.signed(path, fields).header("origin", OURS);
    Answer::to(by_origin).await.expect(303);
    let by_browser = scene.signed(path, fields).header("sec-fetch-site", "same-origin");
    Answer::to(by_browser).await.expect(303);
    let by_script = scene.post(path, fields).header("x-csrf", scene.admin.csrf());
    Answer::to(by_script.header("origin", OURS)).await.expect(303);
    let typed_in = scene.signed(path, fields).header("sec-fetch-site", "none");
    Answer::to(typed_in).await.expect(303);
}

#[tokio::test]
async fn a_form_before_the_sign_in_comes_from_our_own_page_too() {
    let app = TestApp::start().await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("x-nothing", "at all"),
    ] {
        for path in ["/session", "/setup/organization"] {
            let fields = [("email", SATO.email), ("password", crate::support::cast::PASSWORD)];
            let request = app.http.post(format!("{}{path}", app.url)).form(&fields);
            let answer = Answer::to(request.header(name, value)).await;
            assert_eq!(answer.status, 403, "{path} with {name}: {value}");
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }
}

/// Every route a browser's form could change something by.
fn forms() -> impl Iterator<Item = &'static Route> {
    TABLE.iter().filter(|route| {
        let is_for_machines =
            matches!(route.access, Access::Provider | Access::Token(_) | Access::AnyToken);
        // What strangers got by text, or may read, has no session to be forged.
        let for_strangers = ["/l/", "/f/", "/s/", "/feeds/", "/about-senders"];
        let is_for_strangers = for_strangers.iter().any(|start| route.path.starts_with(start));
        route.method != "get" && !is_for_machines && !is_for_strangers
    })
}

/// What any change would leave behind.
async fn traces(app: &TestApp) -> (i64, i64, i64) {
    let mut raw = app.raw();
    let audit = raw.count("audit_entries", "");
    (app.last_event().await, audit, raw.count("sessions", ""))
}
