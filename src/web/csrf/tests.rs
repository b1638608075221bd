use actix_web::http::header::{HeaderName, HeaderValue};

use super::*;

const OURS: &str = "https://sms.example.jp";

fn ours() -> PublicUrl {
    PublicUrl::parse(OURS).unwrap()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

#[test]
fn our_own_pages_pass() {
    let token = token("secret");
    for pairs in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", OURS)],
        &[("sec-fetch-site", "same-origin"), ("origin", OURS)],
    ] {
        assert_eq!(check(&headers(pairs), &ours(), Some(&token), &token), Ok(()), "{pairs:?}");
    }
}

#[test]
fn other_sites_are_refused_even_with_the_right_token() {
    let token = token("secret");
    for (pairs, error) in [
        (&[("sec-fetch-site", "cross-site")][..], CsrfError::ForeignSite),
        (&[("sec-fetch-site", "same-site")], CsrfError::ForeignSite),
        (&[("sec-fetch-site", "cross-site"), ("origin", OURS)], CsrfError::ForeignSite),
        (
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            CsrfError::ForeignSite,
        ),
        (&[("sec-fetch-site", "")], CsrfError::ForeignSite),
        (&[("origin", "null")], CsrfError::ForeignSite),
        (&[("origin", "https://evil.example")], CsrfError::ForeignSite),
        (&[], CsrfError::UnknownSite),
    ] {
        let result = check(&headers(pairs), &ours(), Some(&token), &token);
        assert_eq!(result, Err(error), "{pairs:?}");
    }
}

#[test]
fn a_form_without_this_sessions_token_is_refused() {
    let (mine, foreign) = (token("secret"), token("secret of somebody else"));
    let ours_by_site = headers(&[("sec-fetch-site", "same-origin")]);
    let cut = &mine[..mine.len() - 1];
    for form_token in [None, Some(""), Some("x"), Some(cut), Some(&foreign)] {
        let result = check(&ours_by_site, &ours(), form_token, &mine);
        assert_eq!(result, Err(CsrfError::Token), "{form_token:?}");
    }
}

#[test]
fn a_token_does_not_contain_the_secret() {
    let secret = "c2VjcmV0IG9mIHRoZSBzZXNzaW9u";
    let token = token(secret);
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!token.contains(secret) && !secret.contains(&token));
}

/// Hundreds of ways to look almost like us (T-WS-2).
fn foreign_origins() -> Vec<String> {
    let mut origins = vec![String::new(), "null".into(), "NULL".into(), "*".into(), "/".into()];
    let schemes =
        ["http", "https", "ws", "wss", "HTTPS", "file", "blob:https", "data", "httpss", ""];
    let hosts = [
        "sms.example.jp",
        "sms.example.jp.",
        "SMS.example.jp",
        "sms.example.jp.evil.example",
        "evil.example",
        "evilsms.example.jp",
        "evil.sms.example.jp",
        "sms-example.jp",
        "example.jp",
        "sms.example.jp@evil.example",
        "evil.example#sms.example.jp",
        "evil.example/sms.example.jp",
        "sms.example.jp%00",
        "sms.example.jр",
        "127.0.0.1",
        "[::1]",
        "localhost",
    ];
    let ends = ["", ":443", ":80", ":8443", ":0443", "/", "?", "#", " "];
    for scheme in schemes {
        for host in hosts {
            for end in ends {
                origins.push(format!("{scheme}://{host}{end}"));
            }
        }
    }
    origins.push(format!("{OURS} https://evil.example"));
    origins.push(format!("{OURS}, https://evil.example"));
    origins.push(format!(" {OURS}"));
    origins.retain(|origin| origin != OURS);
    origins
}

#[test]
fn a_socket_opens_for_our_own_origin_only() {
    assert_eq!(check_origin(&headers(&[("origin", OURS)]), &ours()), Ok(()));
    assert_eq!(check_origin(&headers(&[]), &ours()), Err(CsrfError::UnknownSite));
    let twice = headers(&[("origin", OURS), ("origin", OURS)]);
    assert_eq!(check_origin(&twice, &ours()), Err(CsrfError::ForeignSite));

    let foreign = foreign_origins();
    assert!(foreign.len() >= 200, "{} cases", foreign.len());
    for origin in &foreign {
        let result = check_origin(&headers(&[("origin", origin)]), &ours());
        assert_eq!(result, Err(CsrfError::ForeignSite), "{origin:?}");
        // `Sec-Fetch-Site` does not make up for it: a socket is not a form.
        let with_site = headers(&[("origin", origin), ("sec-fetch-site", "same-origin")]);
        assert!(check_origin(&with_site, &ours()).is_err(), "{origin:?}");
    }
}

#[test]
fn a_port_belongs_to_the_origin() {
    let ours = PublicUrl::parse("http://127.0.0.1:8080").unwrap();
    for (origin, is_ours) in [
        ("http://127.0.0.1:8080", true),
        ("http://127.0.0.1", false),
        ("http://127.0.0.1:80", false),
        ("http://127.0.0.1:8081", false),
        ("http://127.0.0.1:80800", false),
        ("https://127.0.0.1:8080", false),
        ("http://localhost:8080", false),
    ] {
        assert_eq!(
            check_origin(&headers(&[("origin", origin)]), &ours).is_ok(),
            is_ours,
            "{origin}"
        );
    }
}
