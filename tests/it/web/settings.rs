//! What the settings and the simulator show, as those who read them see it.

use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, RECEPTION_NUMBER, SATO};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn our_own_numbers_are_shown_as_people_read_them() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("在庫はありますか").await;
    let admin = app.sign_in(ADMIN).await;
    let thread = format!("/conversations/{conversation}");
    for (path, part) in [
        ("/sim", "#handset"),
        ("/settings/senders", "main"),
        ("/settings/inboxes", "main"),
        ("/conversations/new", "main"),
        (thread.as_str(), "main"),
    ] {
        let words = admin.get(path).await.expect(200).texts(part).join(" ");
        assert!(words.contains("050-1111-2222"), "{path} does not show the number: {words}");
        assert!(!words.contains("+8150"), "{path} shows it as machines write it");
    }
    let phone = app.sign_in(SATO).await.get("/sim").await.expect(200);
    let to = phone.attribute("#handset-form [name=to]", "value");
    assert_eq!(to.as_deref(), Some(RECEPTION_NUMBER), "the form sends what it is");
    let timeline = app.api().timeline(conversation).await;
    assert_eq!(timeline[0]["to"], json!(RECEPTION_NUMBER));
}
