//! The cookies we set, and their names.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::config::PublicUrl;

/// Names and attributes of our cookies on this installation.
///
/// Over https the names start with `__Host-`: the browser then refuses one that
/// a sister host or a plain connection tries to plant.
#[derive(Clone, Debug)]
pub struct Cookies {
    is_https: bool,
}

impl Cookies {
    pub fn new(public_url: &PublicUrl) -> Self {
        Self { is_https: public_url.is_https() }
    }

    /// The signed-in session; `secret` is its 256-bit random value.
    ///
    /// Lives until the browser closes or the server ends it, whichever is first.
    pub fn session(&self, secret: &str) -> Cookie<'static> {
        self.cookie(self.session_name(), secret)
    }

    /// Makes the browser forget the session.
    pub fn no_session(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(self.session_name(), "");
        cookie.make_removal();
        cookie
    }

    /// The session's secret as the browser sent it.
    pub fn session_secret(&self, request: &HttpRequest) -> Option<String> {
        value(request, self.session_name())
    }

    /// Marks a browser that has signed in before, so that strangers who guess at
    /// its owner's password cannot lock it out (reliability-and-security.md 3.4).
    pub fn device(&self, secret: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(self.device_name(), secret);
        cookie.set_max_age(Duration::days(365));
        cookie
    }

    pub fn device_secret(&self, request: &HttpRequest) -> Option<String> {
        value(request, self.device_name())
    }

    fn session_name(&self) -> &'static str {
        if self.is_https { "__Host-sid" } else { "sid" }
    }

    fn device_name(&self) -> &'static str {
        if self.is_https { "__Host-device" } else { "device" }
    }

    fn cookie(&self, name: &'static str, value: &str) -> Cookie<'static> {
        Cookie::build(name, value.to_owned())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https)
            .finish()
    }
}

/// The cookie's value; `None` as well where it is there twice with different
/// values, since one of them was planted and we cannot tell which.
fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let cookies = request.cookies().ok()?;
    let mut values = cookies.iter().filter(|cookie| cookie.name() == name).map(Cookie::value);
    let first = values.next().filter(|value| !value.is_empty())?;
    values.all(|other| other == first).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header;
    use actix_web::test::TestRequest;

    use super::*;

    fn cookies(public_url: &str) -> Cookies {
        Cookies::new(&PublicUrl::parse(public_url).unwrap())
    }

    #[test]
    fn attributes_follow_the_public_url() {
        for (url, session, gone) in [
            (
                "https://sms.example.jp",
                "__Host-sid=abc; HttpOnly; SameSite=Lax; Secure; Path=/",
                "__Host-sid=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=",
            ),
            (
                "http://127.0.0.1:8080",
                "sid=abc; HttpOnly; SameSite=Lax; Path=/",
                "sid=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Expires=",
            ),
        ] {
            assert_eq!(cookies(url).session("abc").to_string(), session);
            assert!(cookies(url).no_session().to_string().starts_with(gone));
        }
        let device = cookies("https://sms.example.jp").device("d").to_string();
        assert!(device.starts_with("__Host-device=d; HttpOnly; SameSite=Lax; Secure; Path=/;"));
    }

    #[test]
    fn a_session_is_read_back_under_its_own_name_only() {
        let https = cookies("https://sms.example.jp");
        for (sent, secret) in [
            ("__Host-sid=abc", Some("abc")),
            ("theme=dark; __Host-sid=abc", Some("abc")),
            ("__Host-sid=abc; __Host-sid=abc", Some("abc")),
            ("__Host-sid=abc; __Host-sid=planted", None),
            ("sid=planted", None),
            ("__Host-sid=", None),
            ("", None),
        ] {
            let request =
                TestRequest::default().insert_header((header::COOKIE, sent)).to_http_request();
            assert_eq!(https.session_secret(&request).as_deref(), secret, "{sent}");
        }
    }
}
