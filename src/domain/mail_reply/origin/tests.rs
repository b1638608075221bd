use proptest::prelude::*;

use super::*;
use crate::domain::mail_reply::fields::fields;

const US: &str = "mx.example.jp";

fn vouched(head: &str) -> bool {
    let mail = format!("{}\r\n\r\n", head.trim().replace('\n', "\r\n"));
    is_vouched_for(&fields(mail.as_bytes()).unwrap(), US, "example.jp")
}

fn on_top(said: &str) -> String {
    format!("Authentication-Results: {US}; {said}\nReceived: by {US}")
}

#[test]
fn what_passes_must_stand_for_the_authors_domain() {
    for (said, good) in [
        ("dkim=pass header.d=example.jp", true),
        ("DKIM=Pass Header.D=Example.JP", true),
        ("dkim=pass (2048-bit key; secure) header.d=example.jp header.b=\"aB/c=\"", true),
        ("dkim=pass reason=\"good; dkim=fail\" header.d=example.jp header.i=@example.jp", true),
        ("dkim/1 = pass header . d = example.jp", true),
        ("dkim=fail header.d=evil.jp; dkim=pass header.d=example.jp", true),
        ("dkim=none; spf=pass smtp.mailfrom=sato@example.jp", true),
        ("spf=pass smtp.mailfrom=\"a b\"@example.jp", true),
        ("spf=pass smtp.mailfrom=example.jp; dmarc=none", true),
        ("dmarc=pass (p=none dis=none) header.from=example.jp", true),
        ("dkim=pass header.d=evil.jp", false),
        ("dkim=pass header.d=evil.jp header.i=@example.jp", false),
        ("dkim=pass header.d=jp", false),
        ("dkim=pass header.d=xexample.jp", false),
        ("dkim=pass header.d=mail.example.jp", false),
        ("dkim=pass header.d=example.jp header.d=evil.jp", false),
        ("dkim=pass", false),
        ("dkim=fail header.d=example.jp", false),
        ("dkim=none (dkim=pass header.d=example.jp)", false),
        ("dkim=neutral reason=\"; dkim=pass header.d=example.jp\"", false),
        ("spf=pass smtp.helo=example.jp", false),
        ("spf=softfail smtp.mailfrom=example.jp", false),
        ("spf=pass smtp.mailfrom=example.jp@evil.jp", false),
        ("spf=pass smtp.mailfrom=\"x; dkim=pass header.d=example.jp\"@evil.jp", false),
        ("dkim=pass header.d=example.jp; dmarc=fail header.from=example.jp", false),
        ("dmarc=pass header.from=evil.jp", false),
        ("none", false),
    ] {
        assert_eq!(vouched(&on_top(said)), good, "{said}");
    }
    let folded = "authentication-results:\n \"mx.example.jp\" 1;\n\tdkim=pass header.d=example.jp";
    assert!(vouched(&format!("{folded}\nReceived: by {US}")));
}

#[test]
fn only_what_our_server_put_on_top_counts() {
    let good = "dkim=pass header.d=example.jp";
    for (head, counts) in [
        ("Authentication-Results: US; GOOD\nReceived: by US\nSubject: x", true),
        ("Received: by US\nAuthentication-Results: US; GOOD\nReceived: by b\nSubject: x", true),
        // Two programs of ours, each with a field of its own.
        (
            "Authentication-Results: US; spf=none\nAuthentication-Results: US; GOOD\nReceived: by US",
            true,
        ),
        // Somebody else's words.
        ("Authentication-Results: mx.evil.jp; GOOD\nReceived: by US", false),
        ("Authentication-Results: US.evil.jp; GOOD\nReceived: by US", false),
        ("ARC-Authentication-Results: i=1; US; GOOD\nReceived: by US", false),
        ("X-Authentication-Results: US; GOOD\nReceived: by US", false),
        // Ours by name, but below.
        ("Received: by US\nReceived: by b\nAuthentication-Results: US; GOOD", false),
        (
            "Authentication-Results: US; dkim=none\nReceived: by US\nAuthentication-Results: US; GOOD",
            false,
        ),
        (
            "Received: by US\nAuthentication-Results: US; dkim=none\nAuthentication-Results: US; GOOD",
            false,
        ),
        (
            "Received: by US\nAuthentication-Results: US; spf=none\nAuthentication-Results: US; GOOD",
            false,
        ),
        (
            "Authentication-Results: US; dkim=fail header.d=example.jp\nAuthentication-Results: US; GOOD\nReceived: by US",
            false,
        ),
        // What cannot be read vouches for nobody, and lets nobody else do so.
        (
            "Authentication-Results: US; dkim\nAuthentication-Results: US; GOOD\nReceived: by US",
            false,
        ),
        (
            "Authentication-Results: US; dkim=pass (\nReceived: by US\nAuthentication-Results: US; GOOD",
            false,
        ),
        ("Authentication-Results: US; GOOD\nSubject: x", false),
        ("Subject: x", false),
    ] {
        let head = head.replace("US", US).replace("GOOD", good);
        assert_eq!(vouched(&head), counts, "{head}");
    }
}

#[test]
fn a_reader_that_took_any_field_would_be_noticed() {
    // The control: the forged field below is a good one by itself.
    let forged = format!("Authentication-Results: {US}; dkim=pass header.d=example.jp");
    assert!(vouched(&format!("{forged}\nReceived: by {US}")));
    assert!(!vouched(&format!("Received: by {US}\nReceived: by b\n{forged}")));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(value: String, other in "[a-z.=;()\"\\\\/ 1@]{0,60}") {
        let _ = parse(&value);
        let _ = parse(&other);
        let _ = names(&other, US);
    }

    /// However a method that failed is dressed up, it vouches for nobody.
    #[test]
    fn comments_and_quotes_change_nothing(
        noise in "[a-z0-9 ;=.@]{0,30}", quoted: bool, passes: bool,
    ) {
        let noise = if quoted { format!("reason=\"{noise}\"") } else { format!("({noise})") };
        let result = if passes { "pass" } else { "fail" };
        let head = on_top(&format!("dkim={result} {noise} header.d=example.jp"));
        prop_assert_eq!(vouched(&head), passes, "{}", head);
    }

    /// Whatever a stranger puts below our own field, it counts for nothing.
    #[test]
    fn below_ours_nobody_is_heard(method in "dkim|spf|dmarc", times in 1_usize..4) {
        let good = "dkim=pass header.d=example.jp; spf=pass smtp.mailfrom=example.jp; \
                    dmarc=pass header.from=example.jp";
        let forged = format!("Authentication-Results: {US}; {good}\n").repeat(times);
        for head in [
            format!("Authentication-Results: {US}; {method}=none\nReceived: by {US}\n{forged}"),
            format!("Received: by {US}\nAuthentication-Results: {US}; {method}=none\n{forged}"),
            format!("Received: by {US}\nReceived: by {US}\n{forged}"),
        ] {
            prop_assert!(!vouched(&head), "{}", head);
        }
    }
}
