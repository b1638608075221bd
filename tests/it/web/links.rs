//! Links in messages: asked about first, unless their host is known.

use henji::actions::templates;
use henji::clock::fresh_id;
use henji::domain::user::{Actor, Caller};
use henji::store::templates::Template;

use crate::support::TestApp;
use crate::support::cast::{SATO, YAMADA};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_strangers_host_is_named_before_it_opens() {
    let app = TestApp::start().await;
    let trap = "http://bank.example@EVIL.example:8080/a?b=1";
    let body = format!("至急 {trap} か https://www.example.jp/pay へ");
    let thread = app.handset(HANDSET).sends(&body).await;
    let sato = app.sign_in(SATO).await;
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert_eq!(page.texts(".b a"), [trap, "https://www.example.jp/pay"]);
    assert_eq!(page.attribute(".b a", "rel").unwrap(), "noopener nofollow noreferrer");
    let first = page.attribute(".b a", "href").unwrap();
    let asked = sato.get(&first).await.expect(200);
    assert_eq!(asked.texts("#host"), ["evil.example:8080"]);
    assert_eq!(asked.texts(".alert").len(), 2, "it hides its host, and is not encrypted");
    let go =
        |page: &crate::support::answer::Answer, name: &str| page.attribute("#go", name).unwrap();
    assert_eq!(go(&asked, "href"), "http://bank.example@evil.example:8080/a?b=1");
    assert_eq!(go(&asked, "rel"), "noopener nofollow noreferrer");
    assert!(!asked.text.contains("至急"), "nothing of the conversation is on it");
    // Only what stands in a message one may see: no address is taken from anybody.
    let other = first.replace("/links/0", "/links/2");
    sato.get(&other).await.expect(404);
    sato.get(&format!("{first}?to=https://evil.example")).await.expect(200);
    app.sign_in(YAMADA).await.get(&first).await.expect(404);
}

#[tokio::test]
async fn a_host_that_stands_in_a_template_is_known() {
    let app = TestApp::start().await;
    let body = "https://www.example.jp/a https://www.example.jp.evil.example/ https:////www.example.jp@evil.example/";
    let thread = app.handset(HANDSET).sends(body).await;
    let sato = app.sign_in(SATO).await;
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    let first = page.attribute(".b a", "href").unwrap();
    sato.get(&first).await.expect(200);
    let template = Template {
        id: fresh_id(),
        inbox_id: None,
        name: "支払い".into(),
        shortcut: String::new(),
        locale: String::new(),
        body: "お支払いはこちら https://www.example.jp/pay".into(),
    };
    let admin = Caller::house(Actor::operator());
    templates::save(&app, admin, template).await.unwrap();
    let led = sato.get(&first).await.expect(303);
    assert_eq!(led.header("location"), "https://www.example.jp/a");
    assert_eq!(led.header("referrer-policy"), "same-origin");
    // What only begins like it, or hides behind it, is asked about as before.
    for at in 1..3 {
        let asked = sato.get(&first.replace("/links/0", &format!("/links/{at}"))).await;
        assert!(asked.expect(200).texts("#host")[0].ends_with("evil.example"));
    }
}
