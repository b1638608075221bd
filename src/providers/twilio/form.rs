//! The fields of a webhook request, in the order and number they came.

use crate::providers::HookRequest;

/// Decoded names and values; repeats are kept, because the signature covers them.
pub type Pairs = Vec<(String, String)>;

/// The fields Twilio sent: a GET carries them in its query, a POST in its body.
///
/// The other place is never looked at, because only one of them is signed as
/// fields.
pub fn fields(request: &HookRequest) -> Pairs {
    if request.method == "GET" { query(&request.url) } else { decode(&request.body) }
}

pub fn query(url: &str) -> Pairs {
    let without_fragment = url.split('#').next().unwrap_or_default();
    match without_fragment.split_once('?') {
        Some((_, query)) => decode(query.as_bytes()),
        None => Pairs::new(),
    }
}

pub fn decode(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// Whether the body holds form fields. Twilio's always say so; a proxy that
/// dropped the content type must not cost a message.
pub fn is_form(request: &HookRequest) -> bool {
    request.header("content-type").is_none_or(|content_type| {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// The first value of that name.
pub fn first<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
