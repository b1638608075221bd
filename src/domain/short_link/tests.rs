use super::*;

#[test]
fn a_token_is_eleven_letters_and_digits() {
    assert_eq!(LinkToken::parse("0aZ9kQ3bX7p").unwrap().path(), "/l/0aZ9kQ3bX7p");
    for wrong in ["", "0aZ9kQ3bX7", "0aZ9kQ3bX7pp", "0aZ9kQ3bX7-", "0aZ9kQ3bXあ", "../../../etc"] {
        assert_eq!(LinkToken::parse(wrong), None, "{wrong}");
    }
    // 65 bit, with nothing to spare for one character less.
    let bits = |length: usize| length as f64 * 62f64.log2();
    assert!(bits(LinkToken::LENGTH) >= 65.0 && bits(LinkToken::LENGTH - 1) < 65.0);
}

#[test]
fn a_token_is_in_no_log() {
    assert_eq!(format!("{:?}", LinkToken::parse("0aZ9kQ3bX7p")), "Some(LinkToken(…))");
}

#[test]
fn a_destination_is_an_https_address_of_a_named_host() {
    for (text, host) in [
        ("https://www.example.jp/returns?id=7#a", "www.example.jp"),
        (" https://WWW.Example.jp ", "www.example.jp"),
        ("https://www.example.jp:443/", "www.example.jp"),
        ("https://返品.example.jp/手続き", "xn--jvrr88k.example.jp"),
    ] {
        assert_eq!(Destination::parse(text).map(|found| found.host), Ok(host.into()), "{text}");
    }
    use DestinationError::*;
    for (text, problem) in [
        ("http://www.example.jp/", Malformed),
        ("www.example.jp", Malformed),
        ("//www.example.jp/", Malformed),
        ("javascript:alert(1)", Malformed),
        ("data:text/html,x", Malformed),
        ("https://192.0.2.7/", Malformed),
        ("https://0x7f.1/", Malformed),
        ("https://[::1]/", Malformed),
        ("https://www.example.jp:8443/", Malformed),
        ("https://www.exa\nmple.jp/", Malformed),
        ("https://www.example.jp/a b", Malformed),
        ("https:\\\\evil.example\\www.example.jp", Malformed),
        ("https://www.example.jp@evil.example/", HasUser),
        ("https://a:b@www.example.jp/", HasUser),
        ("https://www.example.jp/?name={{お名前}}", HasPlaceholder),
        ("https://www.example.jp/{url}", HasPlaceholder),
        ("", Malformed),
    ] {
        assert_eq!(Destination::parse(text), Err(problem), "{text:?}");
    }
    let long = format!("https://www.example.jp/{}", "x".repeat(1_000));
    assert_eq!(Destination::parse(&long), Err(TooLong));
}

#[test]
fn a_host_is_known_however_it_is_written() {
    for text in ["www.example.jp", " WWW.EXAMPLE.JP", "https://www.example.jp/a?b#c"] {
        assert_eq!(parse_host(text).as_deref(), Some("www.example.jp"), "{text}");
    }
    for wrong in ["", "localhost", "intranet", "example.jp.", "*.example.jp", "192.0.2.1", "a b.jp"]
    {
        assert_eq!(parse_host(wrong), None, "{wrong}");
    }
    assert_eq!(parse_host("a.jp@evil.example"), None);
    assert_eq!(parse_host("http://www.example.jp/"), None);
}

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

#[test]
fn people_come_with_browsers() {
    for agent in [
        IPHONE,
        "Mozilla/5.0 (Linux; Android 15; SO-51E) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/142.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/140.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
         Gecko) Mobile/15E148 Safari Line/15.17.1",
        "Opera/9.80 (Android; Opera Mini/36.2/191.249; U; ja) Presto/2.12.423 Version/12.16",
    ] {
        assert_eq!(visitor([], Some(agent)), Visitor::Person, "{agent}");
    }
    assert_eq!(visitor(["", "navigation"], Some(IPHONE)), Visitor::Person);
}

#[test]
fn previews_scanners_and_what_loads_ahead_are_no_people() {
    for agent in [
        // The link previews of iMessage, LINE, WhatsApp, Slack, Discord and Teams.
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) \
         Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "facebookexternalhit/1.1;line-poker/1.0",
        "WhatsApp/2.23.20.0 A",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; Y!J-ASR/1.0; http://www.yahoo-help.jp/)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         HeadlessChrome/142.0.0.0 Safari/537.36",
        "Mozilla/4.0 (compatible; ms-office; Microsoft Office 16)",
        "curl/8.14.1",
        "python-requests/2.32",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "",
    ] {
        assert_eq!(visitor([], Some(agent)), Visitor::Machine, "{agent}");
    }
    assert_eq!(visitor([], None), Visitor::Machine);
    for purpose in ["prefetch", "prefetch;prerender", "Prefetch", "preview"] {
        assert_eq!(visitor([purpose], Some(IPHONE)), Visitor::Machine, "{purpose}");
    }
}
