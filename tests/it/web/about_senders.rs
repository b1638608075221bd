//! The page that says which numbers are ours (F-31), and what vouches for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use henji::actions::links;
use henji::actions::settings::{self, NewAccount};
use henji::domain::user::{Actor, Caller};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

use super::headers;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, SATO};

const SAMPLE: &str = "【さくら電力】検針のお知らせです。<b> https://henji.example.jp/l/…";

async fn read(app: &TestApp, path: &str) -> Answer {
    let answer = Answer::to(app.http.get(format!("{}{path}", app.url))).await.expect(200);
    assert!(headers::missing(&answer, path).is_empty(), "{path}");
    assert!(answer.header("set-cookie").is_empty(), "{path}");
    answer
}

/// A number of the world, and a site that links lead to; the sender's id.
async fn with_a_number(app: &TestApp) -> String {
    let admin = || Caller::house(Actor::operator());
    links::allow_host(app, admin(), "www.example.jp").await.unwrap();
    let twilio = NewAccount {
        kind: "twilio".into(),
        settings: [
            ("account_sid", "AC0123456789abcdef0123456789abcdef"),
            ("auth_token", "t"),
            ("base_url", "http://127.0.0.1:9"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        sender: "+815055556666".into(),
    };
    let added = settings::add_account(app, admin(), app.cast.recruiting, twilio).await.unwrap();
    added.1.id.to_string()
}

#[tokio::test]
async fn the_public_page_lists_what_texts_come_from() {
    let app = TestApp::start().await;
    let before = read(&app, "/about-senders").await;
    assert!(before.texts("li").is_empty(), "the simulator's numbers are nobody's");
    with_a_number(&app).await;
    let page = read(&app, "/about-senders").await;
    assert!(page.texts("li").join(" ").contains("050-5555-6666"));
    let json = read(&app, "/about-senders.json").await.json();
    assert_eq!(json["senders"][0]["address"], "+815055556666");
    assert_eq!(json["senders"][0]["takes_replies"], true);
    assert_eq!(json["destination_hosts"], serde_json::json!(["www.example.jp"]));
    assert_eq!(json["link_host"], "henji.example.jp");
}

/// What an administrator says of a number.
const SAID: [(&str, &str); 5] = [
    ("purpose", "notice"),
    ("purpose", "conversation"),
    ("sample", SAMPLE),
    ("takes_calls", "1"),
    ("softbank", "200000"),
];

#[tokio::test]
async fn what_is_said_of_a_number_is_on_the_page_and_signed() {
    let app = TestApp::start().await;
    let sender = with_a_number(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let path = format!("/settings/senders/{sender}");
    let list = admin.get("/settings/senders").await.expect(200);
    assert!(list.text.contains(&format!("{path}/edit")));
    admin.get(&format!("{path}/edit")).await.expect(200);
    admin.put(&path, &SAID).await.expect(303);
    admin.put(&path, &SAID).await.expect(303);
    assert_eq!(app.raw().count("audit_entries", "where action = 'sender.publish'"), 1);
    admin.put("/settings/inquiries", &[("inquiries", "相談室 0120-000-000")]).await.expect(303);
    for (field, wrong) in [("softbank", "返事"), ("sample", "4111 1111 1111 1111 カード番号")]
    {
        let refused = admin.put(&path, &[(field, wrong)]).await.expect(422);
        assert!(!refused.texts(".wrong").is_empty(), "{field}");
    }
    app.sign_in(SATO).await.put(&path, &SAID).await.expect(404);

    let page = read(&app, "/about-senders").await;
    let told = page.texts("li").join(" ");
    for word in ["050-5555-6666", "会話・通知", "SoftBank 200000", "電話できます", "検針のお知らせ"]
    {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(told.contains("<b>"), "a sample is text");
    assert_eq!(page.texts("#inquiries"), ["相談室 0120-000-000"]);

    let json = read(&app, "/about-senders.json").await.json();
    let one = &json["senders"][0];
    assert_eq!(one["purposes"], serde_json::json!(["conversation", "notice"]));
    assert_eq!(
        (&one["shown_as"]["softbank"], &one["shown_as"]["au"]),
        (&"200000".into(), &"+815055556666".into())
    );
    assert_eq!((&one["takes_calls"], &one["sample"]), (&true.into(), &SAMPLE.into()));
    let signed = read(&app, "/about-senders.jws").await;
    assert_eq!(signed.header("content-type"), "application/jose");
    let keys = read(&app, "/about-senders/key.json").await.json();
    assert_eq!(checked(&signed.text, &keys), Some(json));
    // The control: a letter changed anywhere and it is nobody's word.
    for at in [0, signed.text.len() / 2, signed.text.len() - 4] {
        let mut changed = signed.text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(checked(std::str::from_utf8(&changed).unwrap(), &keys), None, "{at}");
    }
}

/// What a signed statement says, checked as any program of the world would.
fn checked(jws: &str, keys: &Value) -> Option<Value> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let (signed, signature) = jws.rsplit_once('.')?;
    let (head, payload) = signed.split_once('.')?;
    let head: Value = serde_json::from_slice(&decode(head)?).ok()?;
    let key = keys["keys"].as_array()?.iter().find(|key| key["kid"] == head["kid"])?;
    let public = UnparsedPublicKey::new(&ED25519, decode(key["x"].as_str()?)?);
    public.verify(signed.as_bytes(), &decode(signature)?).ok()?;
    serde_json::from_slice(&decode(payload)?).ok()
}

#[tokio::test]
async fn a_text_that_somebody_got_is_compared_with_the_page() {
    let app = TestApp::start().await;
    let sender = with_a_number(&app).await;
    let admin = app.sign_in(ADMIN).await;
    admin.put(&format!("/settings/senders/{sender}"), &SAID).await.expect(303);
    let ask = async |number: &str, link: &str| {
        let request = app.http.post(format!("{}/about-senders", app.url));
        let form = request.form(&[("number", number), ("link", link)]);
        Answer::to(form.header("origin", "null")).await
    };
    for (number, link, ours) in [
        ("050-5555-6666", "https://henji.example.jp/l/0aZ9kQ3bX7p", 0),
        ("０５０５５５５６６６６", "www.example.jp", 0),
        ("200000", "", 0),
        ("050-5555-6667", "", 1),
        ("?", "https://www.example.jp@evil.example/", 2),
        ("", "https://www.example.jp.evil.example/", 1),
        ("", "http://henji.example.jp/l/0aZ9kQ3bX7p", 0),
        ("さくら電力", "javascript:alert(1)", 2),
    ] {
        let answer = ask(number, link).await.expect(200);
        assert!(headers::missing(&answer, "/about-senders").is_empty());
        let wrong = answer.texts(".result.wrong").len();
        assert_eq!(wrong, ours, "{number} {link}: {:?}", answer.texts(".result"));
        let asked = usize::from(!number.is_empty()) + usize::from(!link.is_empty());
        assert_eq!(answer.texts(".result").len(), asked, "{number} {link}");
    }
    ask("", " ").await.expect(422);
    for _ in 0..60 {
        ask("200000", "").await;
    }
    ask("200000", "").await.expect(429);
}
