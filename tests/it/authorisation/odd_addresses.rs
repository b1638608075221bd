//! Addresses no page of ours has: refused or ignored, never an internal error.

use henji::web::routes::TABLE;
use reqwest::Method;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::ADMIN;

/// What somebody might put where an id belongs.
const PARTS: &[&str] = &[
    "%00",
    "%0d%0aset-cookie:x=1",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%ff%fe",
    "%F0%9F%98%80",
    "'%20or%201=1--",
    "%25s%25n",
    "00000000-0000-0000-0000-000000000000",
    "-1",
    "9223372036854775808",
    "%7B%7B7*7%7D%7D",
];

/// And into a query that is read.
const QUERIES: &[&str] = &[
    "before=%00&after=%00&cursor=%00&view=%00&inbox=%00&to=%00&handset=%00&token=%00&return_to=%00",
    "before=9223372036854775807-0&after=-9223372036854775808-0&cursor=1-1&limit=0&wait=0",
    "after=-1&wait=-1&limit=99999999999999999999",
    "after=9223372036854775807&wait=0&before=9223372036854775807",
    "after=1&after=2&before=1&before=2&cursor=a&cursor=b&wait=0",
    "cursor=253402300800000000-00000000000000000000000000000000&wait=0",
    "%ff=%ff&=&&==&a[]=1&wait=0",
];

#[tokio::test]
async fn no_address_is_an_internal_error() {
    let app = TestApp::start().await;
    app.leaves_work();
    let admin = app.sign_in(ADMIN).await;
    let long = "x".repeat(4_000);
    let mut tried = 0;
    for route in TABLE {
        let parts: Vec<&str> = match route.path.contains('{') {
            true => PARTS.iter().copied().chain([long.as_str()]).collect(),
            false => vec![""],
        };
        let mut addresses: Vec<String> =
            parts.iter().map(|part| filled(route.path, part)).collect();
        let plain = addresses[0].clone();
        if !route.path.contains('{') {
            addresses.clear();
        }
        addresses.extend(QUERIES.iter().map(|query| format!("{plain}?{query}")));
        for address in addresses {
            let is_sign_out = route.path == "/session" && route.method == "delete";
            if is_sign_out {
                continue;
            }
            // Refused webhooks would be answered more and more slowly.
            app.advance(chrono::TimeDelta::seconds(1));
            let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
            let mut request = admin.request(method, &address).header("x-csrf", admin.csrf());
            if route.path.starts_with("/api/") {
                request = request.bearer_auth(&app.cast.token).body("{}");
            }
            let answer = Answer::to(request).await;
            assert!(answer.status < 500, "{} {address:.200}: {}", route.method, answer.status);
            assert!(answer.headers.get("x").is_none() && answer.header("set-cookie").is_empty());
            tried += 1;
        }
    }
    assert!(tried > 800, "only {tried}");
}

/// The path with `part` in each of its places.
fn filled(path: &str, part: &str) -> String {
    let pieces = path.split('/').map(|piece| match piece {
        piece if piece.starts_with('{') => part,
        piece => piece,
    });
    pieces.collect::<Vec<_>>().join("/")
}
