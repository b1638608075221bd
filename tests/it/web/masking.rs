//! A masked number that somebody asks for.

use henji::domain::id::ConversationId;
use henji::store::conversations;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, VIEWER, YAMADA};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";
const WHOLE: &str = "090-1234-5678";
const MASKED: &str = "090-****-5678";

async fn page_of(app: &TestApp, conversation: ConversationId) -> String {
    let found = app.store.read(move |db| conversations::find(db, conversation)).await.unwrap();
    format!("/contacts/{}", found.contact.id)
}

#[tokio::test]
async fn one_number_is_shown_and_that_is_on_record() {
    let app = TestApp::start().await;
    let thread = app.handset(HANDSET).sends("こんにちは").await;
    let path = page_of(&app, thread).await;
    let viewer = app.sign_in(VIEWER).await;
    let page = viewer.get(&path).await.expect(200);
    assert_eq!(page.texts("h1"), [MASKED]);
    let address = page.attribute("form[action$='/number'] [name=address]", "value").unwrap();
    let number = format!("{path}/number");
    // Without scripts it is the page again; with them what stands in its place.
    let shown = viewer.post(&number, &[("address", &address)]).await.expect(200);
    assert_eq!(shown.texts("#revealed"), [WHOLE]);
    assert_eq!(shown.header("cache-control"), "no-store");
    let part = viewer.form(&number, &[]).header("x-fragment", "number");
    let part = crate::support::answer::Answer::to(part).await.expect(200);
    assert_eq!(part.texts(".num"), [WHOLE]);
    let contact = path.rsplit('/').next().unwrap();
    let log = app.sign_in(ADMIN).await.get(&format!("/settings/audit?object={contact}")).await;
    assert_eq!(log.texts("tbody tr").len(), 2, "{}", log.text);
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.reveal'"), 2);
    assert_eq!(app.raw().count("audit_entries", "where detail like '%5678%'"), 0);
    // It is masked again by the next look, and somebody else's number is nobody's.
    assert!(!viewer.get(&path).await.text.contains(WHOLE));
    app.sign_in(YAMADA).await.post(&number, &[]).await.expect(404);
    let other = app.handset("+819077776666").sends("別の人").await;
    let others = page_of(&app, other).await;
    viewer.post(&format!("{others}/number"), &[("address", &address)]).await.expect(404);
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.reveal'"), 2);
}

#[tokio::test]
async fn an_open_screen_goes_by_a_rule_that_was_just_made() {
    let app = TestApp::start().await;
    let thread = app.handset(HANDSET).sends("一通目").await;
    let start = app.last_event().await;
    let sato = app.sign_in(SATO).await;
    let mut socket = Socket::open(&app, &sato, start).await;
    socket.watch(thread, start).await;
    app.handset(HANDSET).sends("二通目").await;
    assert!(socket.next_of("ev").await.to_string().contains(WHOLE), "the control");
    let admin = app.sign_in(ADMIN).await;
    let roles = [("role", "agent"), ("role", "admin"), ("role", "viewer")];
    admin.put("/settings/masking", &roles).await.expect(303);
    let ticked = admin.get("/settings/users").await.expect(200);
    assert_eq!(ticked.texts("[name=role][checked]").len(), 2, "never administrators");
    app.handset(HANDSET).sends("三通目").await;
    let frame = socket.next_of_conversations().await.to_string();
    assert!(
        frame.contains("三通目") && frame.contains(MASKED) && !frame.contains(WHOLE),
        "{frame}"
    );
    let told = admin.get("/settings/audit?action=masking").await.expect(200);
    assert!(told.text.contains("オペレーター · 閲覧のみ"), "{}", told.text);
}

#[tokio::test]
async fn what_is_hidden_finds_nobody() {
    let app = TestApp::start().await;
    app.handset(HANDSET).sends("こんにちは").await;
    app.index().await;
    let (viewer, sato) = (app.sign_in(VIEWER).await, app.sign_in(SATO).await);
    for (asked, whole, masked) in
        [("5678", 1, 1), ("1234", 1, 0), ("090-1234-5678", 1, 1), ("345678", 1, 0)]
    {
        for path in ["/contacts?q=", "/search?only=contacts&q="] {
            let path = format!("{path}{asked}");
            for (who, found) in [(&sato, whole), (&viewer, masked)] {
                let page = who.get(&path).await.expect(200);
                assert_eq!(page.texts("main li .nm").len(), found, "{path}");
            }
        }
    }
}
