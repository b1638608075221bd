//! A webhook request, kept as it arrived for the provider's check.

use actix_web::HttpRequest;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::config::PublicUrl;
use crate::providers::HookRequest;

/// Bodies beyond this are refused with 413 before they are read to the end. The
/// longest text a provider joins is a few kilobytes; this leaves room for batches.
pub const BODY_LIMIT: usize = 256 * 1024;

/// What the provider signed: our public URL with the path and query exactly as
/// they were sent, every header, and the body byte for byte.
pub fn hook_request(
    request: &HttpRequest,
    body: Bytes,
    public_url: &PublicUrl,
    received_at: DateTime<Utc>,
) -> HookRequest {
    let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let headers = request.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    HookRequest {
        method: request.method().as_str().to_owned(),
        url: public_url.join(path_and_query),
        headers: headers.collect(),
        body,
        received_at,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_url_is_ours_with_path_and_query_as_sent() {
        let public_url = PublicUrl::parse("https://sms.example.jp").unwrap();
        let path = "/hooks/twilio/tok%2Fen/inbound?b=2&a=%E3%81%82+1&empty=";
        let request = TestRequest::post()
            .uri(path)
            .insert_header((header::HOST, "evil.example"))
            .insert_header(("X-Forwarded-Host", "evil.example"))
            .insert_header(("X-Twilio-Signature", "s1gn="))
            .append_header(("X-Twilio-Signature", "second"))
            .to_http_request();
        let body = Bytes::from_static(b"Body=%E3%81%82&From=%2B81");
        let received_at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let hook = hook_request(&request, body.clone(), &public_url, received_at);
        assert_eq!(hook.method, "POST");
        assert_eq!(hook.url, format!("https://sms.example.jp{path}"));
        assert_eq!(hook.header("x-twilio-signature"), Some("s1gn="));
        assert_eq!((hook.body, hook.received_at), (body, received_at));
    }

    #[test]
    fn a_request_line_with_a_whole_address_does_not_choose_ours() {
        let public_url = PublicUrl::parse("https://sms.example.jp").unwrap();
        let request =
            TestRequest::post().uri("http://evil.example/hooks/a/b/inbound?x=1").to_http_request();
        let hook = hook_request(&request, Bytes::new(), &public_url, DateTime::UNIX_EPOCH);
        assert_eq!(hook.url, "https://sms.example.jp/hooks/a/b/inbound?x=1");
    }
}
