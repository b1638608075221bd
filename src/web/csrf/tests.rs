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
        assert_eq!(check(&headers(pairs), &ours(), Some(&token), "secret"), Ok(()), "{pairs:?}");
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
        let result = check(&headers(pairs), &ours(), Some(&token), "secret");
        assert_eq!(result, Err(error), "{pairs:?}");
    }
}

#[test]
fn a_form_without_this_sessions_token_is_refused() {
    let (mine, foreign) = (token("secret"), token("secret of somebody else"));
    let ours_by_site = headers(&[("sec-fetch-site", "same-origin")]);
    let cut = &mine[..mine.len() - 1];
    let longer = format!("{mine}AA");
    // The mask of one token over the other session's, and no mask at all.
    let crossed = format!("{}{}", &mine[..43], &foreign[43..]);
    let bare = URL_SAFE_NO_PAD.encode(plain_token("secret"));
    let zero = URL_SAFE_NO_PAD.encode([0; 64]);
    let wrong = ["", "x", cut, &longer, &foreign, &crossed, &bare, &zero];
    for form_token in wrong.map(Some).into_iter().chain([None]) {
        let result = check(&ours_by_site, &ours(), form_token, "secret");
        assert_eq!(result, Err(CsrfError::Token), "{form_token:?}");
    }
}

#[test]
fn a_token_does_not_contain_the_secret() {
    let secret = "c2VjcmV0IG9mIHRoZSBzZXNzaW9u";
    let token = token(secret);
    assert_eq!(token.len(), 86, "256 bits and their pad");
    assert!(!token.contains(secret) && !secret.contains(&token));
}

#[test]
fn a_token_never_reads_the_same_twice() {
    let ours_by_site = headers(&[("sec-fetch-site", "same-origin")]);
    let tokens: Vec<String> = (0..50).map(|_| token("secret")).collect();
    let bytes: Vec<Vec<u8>> =
        tokens.iter().map(|token| URL_SAFE_NO_PAD.decode(token).unwrap()).collect();
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(check(&ours_by_site, &ours(), Some(token), "secret"), Ok(()));
        for other in &bytes[..at] {
            // 64 random bytes share 0.25 by chance; a part that stayed would be 32.
            let same = other.iter().zip(&bytes[at]).filter(|(one, two)| one == two).count();
            assert!(same < 8, "{same} bytes stay the same");
        }
    }
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

#[test]
fn a_page_for_strangers_asks_only_where_the_form_stood() {
    let links = PublicUrl::parse("https://s.example.jp").unwrap();
    let check = |pairs| check_stranger(&headers(pairs), &[&ours(), &links]);
    for pairs in [
        &[][..],
        &[("origin", "null")],
        &[("origin", OURS)],
        &[("origin", "https://s.example.jp")],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
    ] {
        assert_eq!(check(pairs), Ok(()), "{pairs:?}");
    }
    for pairs in [
        &[("origin", "https://evil.example")][..],
        &[("origin", OURS), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        &[("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(check(pairs), Err(CsrfError::ForeignSite), "{pairs:?}");
    }
}
