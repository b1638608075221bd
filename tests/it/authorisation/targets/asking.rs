//! How somebody asks at an address.

use henji::web::routes::Route;
use reqwest::{Method, RequestBuilder};

use super::{Needs, Target, Whose};
use crate::authorisation::principals::Principal;
use crate::support::TestApp;
use crate::support::test_app::PUBLIC_URL;

impl Target {
    /// Whatever stands at `path`.
    pub fn at(path: &str) -> Self {
        let (path, body) = (path.to_owned(), String::new());
        Self { path, whose: Whose::House, needs: Needs::Nothing, body }
    }

    /// As the principal's browser or program would ask.
    pub fn request(&self, app: &TestApp, route: &Route, by: &Principal) -> RequestBuilder {
        let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
        let mut request = app.http.request(method.clone(), format!("{}{}", app.url, self.path));
        if !by.cookie.is_empty() {
            request = request.header("cookie", &by.cookie);
        }
        if let Some(token) = &by.bearer {
            request = request.bearer_auth(token);
        }
        request = request.header("origin", PUBLIC_URL);
        match route.path.starts_with("/api/") || route.path.starts_with("/hooks/") {
            true => request.header("content-type", "application/json").body(self.body.clone()),
            false if [Method::GET, Method::HEAD].contains(&method) => request,
            false => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("{}&csrf={}", self.body, by.csrf)),
        }
    }
}

/// Lines that stay open are asked to answer at once.
pub fn query(path: &str) -> String {
    match path {
        "/events" | "/api/v1/events" => format!("{path}?wait=0"),
        _ => path.to_owned(),
    }
}
