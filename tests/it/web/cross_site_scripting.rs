//! What strangers write stays text (T-XSS-1): on pages, in fragments, in live
//! frames. Every answer is parsed as a browser would parse it; a payload that
//! gets out of its text becomes an element or an attribute no template has.

use std::collections::BTreeSet;

use scraper::{Html, Node};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, SATO};
use crate::support::socket::Socket;
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";

/// Ways out of text, attribute, comment, title, textarea and script.
const PAYLOADS: &[&str] = &[
    "<x55>",
    "</p><x55>",
    "<script>x55()</script>",
    "</script><script>x55()</script>",
    "<img src=x onerror=x55()>",
    "<svg onload=x55()>",
    "<svg/onload=x55()//",
    "\"><x55>",
    "'><x55>",
    "\" x55=\"1",
    "' x55='1",
    "\" onmouseover=\"x55()",
    "' autofocus onfocus=x55() '",
    "\"><script>x55()</script>",
    "`><x55>",
    "</textarea><x55>",
    "</title><x55>",
    "</template><x55>",
    "</option></select><x55>",
    "--><x55>",
    "<!--><x55>",
    "<![CDATA[<x55>]]>",
    "]]><x55>",
    "<iframe srcdoc='<x55>'>",
    "<a href=javascript:x55()>x</a>",
    "javascript:x55()",
    "<style>*{x55:1}</style>",
    "<link rel=x55>",
    "<meta http-equiv=refresh content=x55>",
    "<base href=//x55>",
    "<form action=//x55><button>",
    "<math><mtext></p><x55>",
    "&lt;x55&gt;",
    "&#60;x55&#62;",
    "&amp;lt;x55&amp;gt;",
    "\u{ff1c}x55\u{ff1e}",
    "<x55 \u{0}>",
    "<<x55>>",
    "<\u{200b}x55>",
    "{{x55}} {% x55 %} ${x55}",
    "\u{202e}<x55>",
    "<details open ontoggle=x55()>",
];

#[tokio::test]
async fn no_text_from_outside_becomes_markup() {
    let app = TestApp::start().await;
    let mut known = everything(&app, 0, "ふつうの文").await;
    known.extend(everything(&app, 1, "An ordinary sentence, marked as English").await);
    assert!(known.len() > 100, "only {} names were seen", known.len());
    assert!(known.iter().all(|name| !name.contains("x55")));
    for (n, payload) in PAYLOADS.iter().enumerate() {
        let found = everything(&app, n + 2, payload).await;
        let new: Vec<_> = found.difference(&known).collect();
        assert!(new.is_empty(), "{payload} became {new:?}");
    }
}

#[tokio::test]
async fn a_link_is_made_of_web_addresses_alone() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let text = "見て https://example.jp/a?b=1&c=\"<x55> javascript:alert(1) data:text/html,x //evil http://example.jp/。";
    let conversation = app.handset(HANDSET).sends(text).await;
    let page = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    let html = page.html();
    let links = scraper::Selector::parse(".b a").unwrap();
    for link in html.select(&links) {
        let href = link.value().attr("href").unwrap();
        assert!(href.starts_with("/messages/"), "{href}");
        assert_eq!(link.value().attr("rel"), Some("noopener nofollow noreferrer"));
    }
    assert!(html.select(&links).count() >= 1);
    assert_eq!(page.texts(".m.in .b").concat().replace(' ', ""), text.replace(' ', ""));
}

#[test]
fn markup_that_gets_out_is_noticed() {
    let known = names(&Html::parse_document("<p class=\"b\">ふつう</p>"));
    for payload in PAYLOADS
        .iter()
        .filter(|payload| payload.starts_with("<x55>") || payload.starts_with("<img"))
    {
        let found = names(&Html::parse_document(&format!("<p class=\"b\">{payload}</p>")));
        assert!(found.difference(&known).next().is_some(), "{payload}");
    }
    let attribute = names(&Html::parse_document("<p class=\"b\" x55=\"1\">ふつう</p>"));
    assert_eq!(attribute.difference(&known).collect::<Vec<_>>(), ["p x55"]);
    let script =
        names(&Html::parse_document("<p class=\"b\"><a href=\"javascript:x\">ふつう</a></p>"));
    assert!(script.contains("javascript:"));
}

/// Every element and attribute of every place where `text` is shown as whatever
/// a stranger or a colleague can write. The handset is the `n`th.
async fn everything(app: &TestApp, n: usize, text: &str) -> BTreeSet<String> {
    let number = format!("+81901234{n:04}");
    let (sato, admin) = (app.sign_in(SATO).await, app.sign_in(ADMIN).await);
    let mut socket = Socket::open(app, &sato, app.last_event().await).await;
    let reference = uuid::Uuid::now_v7().to_string();
    app.webhook("inbound", &inbound(&reference, &number, text)).await.expect(200);
    let mut found = names_of_frame(&socket.next_of("ev").await);

    let conversation = app.handset(&number).conversation().await;
    let path = format!("/conversations/{conversation}");
    sato.put(&format!("{path}/contact"), &[("name", text)]).await.expect(303);
    found.extend(names_of_frame(&socket.next_of("ev").await));
    sato.note(conversation, text).await;
    found.extend(names_of_frame(&socket.next_of("ev").await));
    // A merge field that nothing fills would not be sent.
    let message = sato.reply(conversation, &text.replace("{{", "{ {")).await;
    found.extend(names_of_frame(&socket.next_of("ev").await));
    sato.post(&format!("/messages/{message}/cancellation"), &[]).await.expect(303);
    sato.put(&format!("{path}/draft"), &[("body", text)]).await.expect(303);
    // Refused, whatever it is called, and typed back.
    let template = [("name", text), ("shortcut", "/"), ("body", "{{x55}}")];
    found.extend(names_of_form(admin.post("/settings/templates", &template).await));
    let template = [("name", "x"), ("shortcut", "x"), ("body", "{{x55}}")];
    found.extend(names_of_form(admin.post("/settings/templates", &template).await));
    let template = [("name", text), ("body", text)];
    found.extend(names_of_form(admin.post("/settings/templates", &template).await));
    let inbox = format!("/settings/inboxes/{}", app.cast.reception);
    let fields =
        [("name", text), ("locale", "ja"), ("time_zone", "Asia/Tokyo"), ("undo_seconds", "5")];
    found.extend(names_of_form(admin.put(&inbox, &fields).await));
    let user = format!("/settings/users/{}", app.cast.id(SATO));
    let reception = app.cast.reception.to_string();
    let fields = [("name", text), ("role", "agent"), ("inbox", &reception)];
    found.extend(names_of_form(admin.put(&user, &fields).await));
    let token = [("name", text), ("scope", "contacts:read")];
    found.extend(names_of_form(admin.post("/settings/tokens", &token).await));

    for path in [
        "/conversations?view=all",
        &path,
        &format!("{path}/about"),
        "/conversations/new",
        "/settings/preferences",
        "/sim",
    ] {
        found.extend(names(&sato.get(path).await.expect(200).html()));
    }
    for path in [
        "/settings/users",
        &format!("{user}/edit"),
        "/settings/inboxes",
        &format!("{inbox}/edit"),
        "/settings/senders",
        "/settings/templates",
        "/settings/tokens",
        "/settings/audit",
    ] {
        found.extend(names(&admin.get(path).await.expect(200).html()));
    }
    // As a fragment, and typed back into a form that was refused.
    let fragment = sato.fragment(&path, "thread").await.expect(200);
    found.extend(names(&Html::parse_fragment(&fragment.text)));
    let fragment = sato.fragment(&format!("{path}/templates"), "templates").await.expect(200);
    found.extend(names(&Html::parse_fragment(&fragment.text)));
    for (path, field) in [("/conversations", "to"), ("/session", "email")] {
        let refused = sato.post(path, &[(field, text), ("body", text), ("password", "")]).await;
        found.extend(names(&refused.expect(422).html()));
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", text).finish();
    found.extend(names(&sato.get(&format!("/conversations/new?{query}")).await.expect(200).html()));
    found
}

/// A form that was taken, or that came back with what was typed.
fn names_of_form(answer: Answer) -> BTreeSet<String> {
    assert!(matches!(answer.status, 200 | 201 | 303 | 422), "{}", answer.status);
    names(&answer.html())
}

fn names_of_frame(frame: &serde_json::Value) -> BTreeSet<String> {
    let ops = frame["ops"].as_array().unwrap().iter();
    ops.filter_map(|op| op["html"].as_str())
        .flat_map(|html| names(&Html::parse_fragment(html)))
        .collect()
}

/// `p`, `p class`, …; and what an address must never begin with.
fn names(html: &Html) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for node in html.tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                found.insert(element.name().to_owned());
                for (name, value) in element.attrs() {
                    found.insert(format!("{} {name}", element.name()));
                    let is_address = matches!(name, "href" | "src" | "action" | "formaction");
                    if is_address && value.trim_start().to_lowercase().starts_with("javascript:") {
                        found.insert("javascript:".to_owned());
                    }
                }
            }
            Node::Comment(_) => {
                found.insert("<!-- -->".to_owned());
            }
            _ => {}
        }
    }
    found
}
