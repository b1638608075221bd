//! Calls that henji answers itself, at Twilio: each played by Twilio's own library.

use chrono::TimeDelta;
use henji::actions::settings::{self, NewAccount};
use henji::actions::teams;
use henji::domain::id::TeamId;
use henji::domain::user::{Actor, Caller};
use henji::providers::Account;
use serde_json::{Value, json};

use crate::providers::fake_twilio::{ACCOUNT_SID, AUTH_TOKEN, sign};
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{self, ADMIN, SATO};
use crate::support::twilio_phone::{Library, Phone};

const CALLER: &str = "+819012345678";
const CALLED: &str = "+815098765432";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const PREVIEWS: [&str; 3] = [
    "facebookexternalhit/1.1;line-poker/1.0",
    "Mozilla/5.0 (compatible; Twitterbot/1.0)",
    "WhatsApp/2.23.20.0 A",
];

struct Rig {
    app: TestApp,
    library: Library,
    account: Account,
    /// Whose work an answer about parcels is.
    team: TeamId,
}

impl Rig {
    /// Calls come from Twilio, texts leave by the simulator.
    async fn start(more: Value) -> Option<Self> {
        let library = Library::start()?;
        let app = TestApp::start().await;
        let admin = cast::caller(&app, app.cast.id(ADMIN)).await;
        let settings = [("account_sid", ACCOUNT_SID), ("auth_token", AUTH_TOKEN)];
        let new = NewAccount {
            kind: "twilio".into(),
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            sender: CALLED.into(),
        };
        let added = settings::add_account(&app, admin, app.cast.recruiting, new).await;
        let account = app.account(&added.unwrap().0);
        let wanted = teams::Wanted {
            id: None,
            name: "配送".into(),
            members: [app.cast.id(SATO)].into(),
            inboxes: [app.cast.reception].into(),
        };
        let team = teams::save(&app, Caller::house(Actor::operator()), wanted).await.unwrap();
        let rig = Self { app, library, account, team };
        rig.menu(more).await;
        Some(rig)
    }

    async fn menu(&self, more: Value) {
        let mut flow = json!({
            "inbox_id": self.app.cast.reception.0,
            "called": "050-9876-5432",
            "options": [
                {"digit": "1", "topic": "返品・交換", "body": "返品のご案内です"},
                {
                    "digit": "2",
                    "topic": "配送状況",
                    "body": "配送状況はこちら {url} (24時間有効)",
                    "url": "https://shop.example.jp/parcels",
                    "team": "配送",
                },
                {"digit": "9", "topic": "Q&A in <English>", "body": "Hello", "language": "en"},
            ],
        });
        for (name, value) in more.as_object().unwrap() {
            flow[name] = value.clone();
        }
        self.app.api().put("/handoff_flows/main", flow).await.expect(200);
    }

    fn phone(&self, call: &str, from: &str) -> Phone<'_> {
        Phone {
            app: &self.app,
            library: &self.library,
            voice_url: self.account.voice_url.clone(),
            token: AUTH_TOKEN.into(),
            call: call.into(),
            from: from.into(),
            to: CALLED.into(),
        }
    }

    async fn visit(&self, request: reqwest::RequestBuilder, agent: &str) -> u16 {
        let request = request.header("user-agent", agent).header("origin", "null");
        Answer::to(request).await.status
    }
}

#[tokio::test]
async fn a_call_ends_in_a_text_that_a_person_opens_and_answers() {
    let Some(rig) = Rig::start(json!({})).await else { return };
    let phone = rig.phone("CA1", CALLER);
    let start = phone.rings().await;
    assert_eq!(
        start.words(),
        [
            "お電話ありがとうございます。ご用件の番号を押すと、ご案内をショートメッセージでお送りします。",
            "返品・交換は、1を押してください。",
            "配送状況は、2を押してください。",
            "Thank you for calling. Choose what you are calling about, and we will send you a text message.",
            "For Q&A in <English>, press 9.",
        ]
    );
    assert_eq!(start.languages(), ["ja-JP", "ja-JP", "ja-JP", "en-US", "en-US"]);
    assert_eq!(rig.app.raw().count("handoffs", ""), 0, "nobody has chosen yet");

    let sent = phone.presses(&start, "2").await;
    assert!(sent.is_over());
    assert_eq!(
        sent.words(),
        [
            "ご案内をショートメッセージでお送りしました。",
            "お電話ありがとうございました。失礼いたします。"
        ]
    );
    let status = format!("{}/status", rig.account.voice_url);
    phone.post(&status, "completed", &[("CallDuration", "21")]).await.expect(200);
    rig.app.settle().await;
    let received = rig.app.handset(CALLER).received();
    assert_eq!(received.len(), 1);
    let (_, rest) = received[0].split_once("https://henji.example.jp").unwrap();
    let link = format!("{}{}", rig.app.url, rest.split(' ').next().unwrap());

    let conversation = rig.app.handset(CALLER).conversation().await;
    let path = format!("/conversations/{conversation}");
    let sato = rig.app.sign_in(SATO).await;
    let card = async || sato.get(&path).await.expect(200).texts("li.call").concat();
    for agent in PREVIEWS {
        assert_eq!(rig.visit(rig.app.http.get(&link), agent).await, 200, "{agent}");
        rig.visit(rig.app.http.head(&link), agent).await;
    }
    assert!(card().await.contains("リンク未開封"), "{}", card().await);
    assert_eq!(rig.visit(rig.app.http.get(&link), IPHONE).await, 200);
    assert_eq!(rig.visit(rig.app.http.post(&link), IPHONE).await, 303);
    assert!(card().await.contains("にリンクを開封"), "{}", card().await);
    assert!(card().await.contains("配送状況") && card().await.contains("IVR main-2"));

    rig.app.handset(CALLER).sends("届け先を変えられますか").await;
    let found = rig.app.api().conversation(conversation).await;
    assert_eq!(found["state"], "open");
    assert_eq!(found["team"], rig.team.to_string(), "{found}");
    let page = sato.get(&path).await.expect(200);
    assert!(page.text.contains("届け先を変えられますか") && !page.texts("li.call").is_empty());
}

#[tokio::test]
async fn the_same_call_and_key_is_one_text_and_the_same_words() {
    let Some(rig) = Rig::start(json!({})).await else { return };
    let phone = rig.phone("CA1", CALLER);
    let start = phone.rings().await;
    let first = phone.presses(&start, "1").await;
    for _ in 0..3 {
        assert_eq!(phone.presses(&start, "1").await.0, first.0);
    }
    rig.app.settle().await;
    assert_eq!(rig.app.handset(CALLER).received(), ["返品のご案内です"]);
    // In another call it is a second one, and not sent twice.
    let phone = rig.phone("CA2", CALLER);
    let again = phone.presses(&phone.rings().await, "1").await;
    assert!(again.words()[0].contains("すでにお送りしています"), "{again:?}");
    assert_eq!(rig.app.raw().count("handoffs", ""), 2);
}

#[tokio::test]
async fn who_can_get_no_text_types_a_number_and_gets_the_general_words() {
    let Some(rig) = Rig::start(json!({"general_body": "ご用件をご返信ください"})).await
    else {
        return;
    };
    for (n, from) in ["+266696687", "anonymous", "Restricted", "", "+81312345678", "+815011113333"]
        .into_iter()
        .enumerate()
    {
        let mobile = format!("0801111222{n}");
        let phone = rig.phone(&format!("CA{n}"), from);
        let asked = phone.presses(&phone.rings().await, "2").await;
        assert!(asked.words()[0].contains("携帯電話の番号を入力"), "{from}: {asked:?}");
        assert_eq!((&asked.0["digits"], &asked.0["finish"]), (&json!(11), &json!("#")));
        let action = asked.0["action"].as_str().unwrap();
        assert!(!action.contains("312345678"), "no number stands in an address: {action}");
        // A landline, and too few digits: asked again.
        let again = phone.presses(&asked, "0312345678#").await;
        assert_eq!(again.words(), asked.words());
        let sent = phone.presses(&again, &mobile).await;
        assert!(sent.is_over() && sent.words()[0].contains("お送りしました"), "{sent:?}");
        rig.app.settle().await;
        let received = rig.app.handset(&format!("+81{}", &mobile[1..])).received();
        assert_eq!(received, ["ご用件をご返信ください"]);
    }
    assert_eq!(rig.app.raw().count("handoffs", "where typed and result = 'accepted'"), 6);
}

#[tokio::test]
async fn nothing_is_asked_for_ever() {
    let Some(rig) = Rig::start(json!({})).await else { return };
    let phone = rig.phone("CA1", CALLER);
    let mut heard = phone.rings().await;
    for (n, wrong) in ["", "7"].into_iter().enumerate() {
        heard = match wrong {
            "" => phone.waits(&heard).await,
            keys => phone.presses(&heard, keys).await,
        };
        assert_eq!(heard.words()[0], "番号を確認できませんでした。", "{n}");
        assert!(heard.words()[1].contains("返品・交換は、1を"), "the menu is said again");
    }
    let over = phone.waits(&heard).await;
    assert!(over.is_over(), "{over:?}");
    assert_eq!(over.words()[0], "お電話ありがとうございました。失礼いたします。");
    assert_eq!(rig.app.raw().count("handoffs", ""), 0);

    let phone = rig.phone("CA2", "anonymous");
    let mut heard = phone.presses(&phone.rings().await, "9").await;
    for keys in ["123#", ""] {
        heard = match keys {
            "" => phone.waits(&heard).await,
            keys => phone.presses(&heard, keys).await,
        };
        assert!(heard.words()[0].starts_with("Please enter the number"), "{heard:?}");
    }
    let over = phone.presses(&heard, "12345678901").await;
    assert!(over.is_over() && over.words()[0] == "We cannot send you a text message.", "{over:?}");
}

#[tokio::test]
async fn a_forged_call_is_refused_and_kept_and_never_taken_in() {
    let Some(rig) = Rig::start(json!({})).await else { return };
    let genuine = rig.phone("CA1", CALLER);
    let forged = Phone { token: "another token".into(), ..rig.phone("CA1", CALLER) };
    let start = genuine.rings().await;
    let action = start.0["action"].as_str().unwrap();
    for url in [rig.account.voice_url.as_str(), action] {
        forged.post(url, "in-progress", &[("Digits", "2")]).await.expect(403);
    }
    // The signature of one address is none of another.
    let signed = genuine.post(action, "in-progress", &[("Digits", "2")]).await.expect(200);
    assert!(signed.text.contains("お送りしました"));
    for status in ["voice", "voice/menu?flow=x&attempt=1", "voice/number", "voice/status"] {
        let url = rig.account.voice_url.replace("/voice", &format!("/{status}"));
        forged.post(&url, "completed", &[]).await.expect(403);
    }
    assert_eq!(rig.app.raw().count("handoffs", ""), 1);
    assert_eq!(rig.app.raw().count("quarantine", "where route = 'voice'"), 6);
    let admin = rig.app.sign_in(ADMIN).await;
    let page = admin.get("/settings/senders").await.expect(200);
    assert!(page.texts("dl.urls dd").contains(&rig.account.voice_url), "what to enter at Twilio");
    let page = admin.get("/settings/quarantine").await.expect(200);
    assert!(page.text.contains("twilio · 通話"));
    assert_eq!(page.attribute("form[action$='/replay']", "action"), None, "the call is over");
    let held = page.attribute("form[action^='/settings/quarantine/']", "action").unwrap();
    admin.post(&format!("{held}/replay"), &[]).await.expect(409);
    rig.app.settle().await;
    // A wrong secret in the address, and a provider without a telephone, are nobody's.
    let nobody = rig.account.voice_url.replace("/voice", "x/voice");
    genuine.post(&nobody, "ringing", &[]).await.expect(404);
    rig.app.webhook("voice", &json!({"CallSid": "x"})).await.expect(404);
}

#[tokio::test]
async fn a_person_takes_the_call_of_whom_texts_do_not_help() {
    let own = json!([
        {"speech": "operator", "language": "ja", "text": "窓口へ <おつなぎ> & お待ちください"},
        {"speech": "greeting", "language": "ja", "text": "ひかり通販です"},
    ]);
    let more = json!({"operator": "03-1234-5678", "sayings": own, "duplicate_minutes": 30});
    let Some(rig) = Rig::start(more.clone()).await else { return };
    let phone = rig.phone("CA1", CALLER);
    let start = phone.rings().await;
    assert_eq!(start.words()[0], "ひかり通販です");
    phone.presses(&start, "2").await;
    rig.app.advance(TimeDelta::minutes(11));
    let phone = rig.phone("CA2", CALLER);
    let through = phone.presses(&phone.rings().await, "2").await;
    assert_eq!(through.0["dial"], "+81312345678", "{through:?}");
    assert!(through.words()[0].contains("すでにお送りしています"));
    assert_eq!(through.words()[1], "窓口へ <おつなぎ> & お待ちください");

    // Whoever was helped is not asked to call again.
    let helped = phone.is_put_through(&through, "completed").await;
    assert!(helped.is_over() && helped.words().is_empty(), "{helped:?}");
    let alone = phone.is_put_through(&through, "no-answer").await;
    assert!(alone.is_over() && alone.words()[0].contains("おかけ直し"), "{alone:?}");

    // Everybody is busy: nobody is put through to a queue.
    let mut busy = more;
    busy["overflow"] = json!("on");
    busy["overflow_body"] = json!("ただいま混み合っております");
    rig.menu(busy).await;
    let phone = rig.phone("CA3", CALLER);
    let busy = phone.presses(&phone.rings().await, "2").await;
    assert!(busy.is_over() && busy.0["dial"].is_null(), "{busy:?}");
    rig.app.leaves_work();

    let refused = json!({"inbox_id": rig.app.cast.reception.0, "operator": "110番", "options": []});
    let refused = rig.app.api().put("/handoff_flows/bad", refused).await.expect(422);
    assert!(refused.text.contains("operator"), "{}", refused.text);
}

#[tokio::test]
async fn a_number_that_no_menu_has_and_a_menu_by_its_name() {
    let Some(rig) = Rig::start(json!({"called": null})).await else { return };
    let phone = rig.phone("CA1", CALLER);
    let sorry = phone.rings().await;
    assert!(sorry.is_over(), "{sorry:?}");
    assert_eq!(sorry.languages(), ["ja-JP", "en-US"]);
    let named = Phone {
        voice_url: format!("{}?flow=main", rig.account.voice_url),
        ..rig.phone("CA2", CALLER)
    };
    let start = named.rings().await;
    assert_eq!(start.0["digits"], 1);
    assert!(named.presses(&start, "1").await.is_over());
    rig.app.settle().await;
    assert_eq!(rig.app.handset(CALLER).received(), ["返品のご案内です"]);
    // A menu that was changed meanwhile, and words that are none of ours.
    for query in ["?flow=main&digit=5&attempt=1", "?flow=nothing&attempt=1", "?attempt=1"] {
        let url = format!("{}/number{query}", rig.account.voice_url);
        assert!(named.step(&url, "in-progress", &[("Digits", "1")]).await.is_over(), "{query}");
    }
}

#[tokio::test]
async fn a_genuine_request_that_names_no_call_is_kept_for_a_person() {
    let app = TestApp::start().await;
    let admin = cast::caller(&app, app.cast.id(ADMIN)).await;
    let settings = [("account_sid", ACCOUNT_SID), ("auth_token", AUTH_TOKEN)];
    let new = NewAccount {
        kind: "twilio".into(),
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        sender: CALLED.into(),
    };
    let added = settings::add_account(&app, admin, app.cast.recruiting, new).await;
    let url = app.account(&added.unwrap().0).voice_url;
    let fields = [("From", CALLER), ("To", CALLED)];
    let signed = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let path = url.strip_prefix("https://henji.example.jp").unwrap();
    let request = app.http.post(format!("{}{path}", app.url)).form(&fields);
    let request = request.header("x-twilio-signature", sign(AUTH_TOKEN, &url, &signed));
    let answer = Answer::to(request).await.expect(200);
    assert!(answer.text.contains("おかけ直し") && answer.text.contains("<Hangup/>"));
    assert_eq!(app.raw().count("quarantine", ""), 1);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    assert!(page.text.contains("CallSid"), "{}", page.text);
}
