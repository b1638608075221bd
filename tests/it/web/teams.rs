//! What is open to a team its members see, and no longer than they are in it.

use henji::store::teams;
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, AUDITOR, SATO, YAMADA};
use crate::support::socket::Socket;

const LIST: &str = "/settings/teams";

#[tokio::test]
async fn a_member_sees_what_is_open_to_the_team_and_loses_it_at_once() {
    let app = TestApp::start().await;
    let conversation = app.handset("+819012345678").sends("夜分にすみません").await;
    let (admin, yamada, sato) =
        (app.sign_in(ADMIN).await, app.sign_in(YAMADA).await, app.sign_in(SATO).await);
    let thread = format!("/conversations/{conversation}");
    yamada.get(&thread).await.expect(404);

    let reception = app.cast.reception.to_string();
    let (yamada_id, auditor) = (app.cast.id(YAMADA).to_string(), app.cast.id(AUDITOR).to_string());
    let fields =
        [("name", "夜間"), ("member", &yamada_id), ("member", &auditor), ("inbox", &reception)];
    let mut line = Socket::open(&app, &yamada, app.last_event().await).await;
    line.next_of("hello").await;
    admin.post(LIST, &fields).await.expect(303);
    yamada.get(&thread).await.expect(200);
    let rows = yamada.get("/conversations?view=all").await.expect(200);
    assert!(rows.text.contains(&conversation.to_string()));
    // The line that was open all the while shows it too, and colleagues can hand over.
    app.handset("+819012345678").sends("まだいますか").await;
    assert_eq!(line.next_of_conversations().await["c"], json!(conversation.to_string()));
    let given = [("user_id", yamada_id.as_str())];
    sato.post(&format!("{thread}/assignment"), &given).await.expect(303);
    // A team changes nobody's role.
    let auditor = app.sign_in(AUDITOR).await;
    auditor.get(&thread).await.expect(404);

    // Of the two ways in, each is enough by itself.
    let member = format!("/settings/users/{yamada_id}");
    let page = admin.get(&format!("{member}/edit")).await.expect(200);
    let own = page.attribute(&format!("[name=inbox][value='{reception}'][checked]"), "value");
    assert_eq!(own, None, "what comes by a team is not made one's own by saving");
    let team = app.store.read(teams::all).await.unwrap().pop().unwrap();
    let path = format!("{LIST}/{}", team.id);
    admin.put(&path, &[("name", "夜間"), ("inbox", &reception)]).await.expect(303);
    yamada.get(&thread).await.expect(404);
    let start = app.last_event().await;
    app.handset("+819012345678").sends("もう見えないはず").await;
    let frames = yamada.get(&format!("/events?after={start}&wait=0")).await.expect(200).json();
    let kinds: Vec<_> = frames.as_array().unwrap().iter().map(|frame| &frame["t"]).collect();
    assert!(!kinds.contains(&&json!("ev")), "{frames}");

    admin.put(&path, &fields).await.expect(303);
    yamada.get(&thread).await.expect(200);
    admin.delete(&path).await.expect(303);
    yamada.get(&thread).await.expect(404);
    assert!(app.store.read(teams::all).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_conversation_is_the_work_of_a_team_until_it_is_let_go_twice() {
    let app = TestApp::start().await;
    let conversation = app.handset("+819012345678").sends("夜間の担当をお願いします").await;
    let (admin, yamada, sato) =
        (app.sign_in(ADMIN).await, app.sign_in(YAMADA).await, app.sign_in(SATO).await);
    let (reception, member) = (app.cast.reception.to_string(), app.cast.id(YAMADA).to_string());
    let fields = [("name", "夜間"), ("member", member.as_str()), ("inbox", &reception)];
    admin.post(LIST, &fields).await.expect(303);
    admin.post(LIST, &[("name", "昼")]).await.expect(303);
    let mut all = app.store.read(teams::all).await.unwrap();
    let (night, day) = (all.remove(0), all.remove(0));
    let (night, day) = if night.name == "夜間" { (night, day) } else { (day, night) };

    let thread = format!("/conversations/{conversation}");
    let assignment = format!("{thread}/assignment");
    let (night_id, day_id) = (night.id.to_string(), day.id.to_string());
    sato.post(&assignment, &[("team_id", &day_id)]).await.expect(422);
    let start = app.last_event().await;
    let handed = [("team_id", night_id.as_str()), ("note", "折り返し希望です")];
    sato.post(&assignment, &handed).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["team"], json!(night_id));
    let lines = sato.get(&thread).await.expect(200).text;
    assert!(lines.contains("佐藤 花さんがチーム「夜間」に引き継ぎました"), "{lines}");

    // Every member is told, finds it in the view of their teams, and takes it.
    let row = async |view: &str| {
        let page = yamada.get(&format!("/conversations?view={view}")).await.expect(200);
        page.texts(&format!("#row-{conversation} .end")).join("")
    };
    assert_eq!(row("mentions").await, "チーム: 夜間");
    assert_eq!(row("teams").await, "チーム: 夜間");
    let frames = yamada.get(&format!("/events?after={start}&wait=0")).await.expect(200).json();
    let counted = frames.as_array().unwrap().iter().find(|frame| frame["t"] == "count").unwrap();
    assert_eq!(counted["in"][&reception][7], json!(1), "{counted}");
    let page = sato.get("/conversations?view=all").await.expect(200);
    assert!(page.texts("#count-teams").is_empty(), "who is in no team has no such view");
    yamada.post(&assignment, &[]).await.expect(303);
    assert_eq!(row("teams").await, "山田 健", "it is still the team's");

    // Let go it is the team's, let go again nobody's; meanwhile the team cannot go.
    let team = format!("{LIST}/{night_id}");
    yamada.delete(&assignment).await.expect(303);
    let seen = app.api().conversation(conversation).await;
    assert_eq!((&seen["assignee"], &seen["team"]), (&json!(null), &json!(night_id)));
    let refused = admin.delete(&team).await.expect(422);
    assert!(refused.texts(".danger [role=alert]").join("").contains("まだ対応済みでない会話"));
    admin.put(&team, &[("name", "夜間"), ("member", &member)]).await.expect(422);
    yamada.delete(&assignment).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["team"], json!(null));
    assert_eq!(row("teams").await, "");

    // Many at once, and by a program.
    let chosen = [("do", format!("hand:{night_id}")), ("conversation", conversation.to_string())];
    let chosen = chosen.each_ref().map(|(name, value)| (*name, value.as_str()));
    let told = sato.post("/conversations/selection", &chosen).await.expect(200);
    assert!(told.text.contains("1件をチームに引き継ぎました"), "{}", told.text);
    let path = format!("/conversations/{conversation}/assignment");
    app.api().put(&path, json!({"user_id": member, "team_id": night_id})).await.expect(422);
    app.api().put(&path, json!({"team_id": day_id})).await.expect(422);
    let given = app.api().put(&path, json!({"team_id": night_id})).await.expect(200).json();
    assert_eq!(given["team"], json!(night_id));
    sato.post(&format!("{thread}/closure"), &[]).await.expect(303);
    admin.delete(&team).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["team"], json!(null));
}

#[tokio::test]
async fn a_wrong_team_is_refused_beside_the_field() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let nobody = uuid::Uuid::now_v7().to_string();
    admin.post(LIST, &[("name", "夜間")]).await.expect(303);
    for (fields, field) in [
        (&[("name", " ")][..], "name"),
        (&[("name", "夜間")], "name"),
        (&[("name", "二十文字よりも長いチームの名前は一覧の行に入らない")], "name"),
        (&[("name", "昼"), ("member", &nobody)], "member"),
        (&[("name", "昼"), ("inbox", &nobody)], "inbox"),
    ] {
        let page = admin.post(LIST, fields).await.expect(422);
        assert!(!page.texts(&format!("#{field}-hint.wrong")).is_empty(), "{fields:?}");
    }
    let page = admin.get(LIST).await.expect(200);
    assert_eq!(page.texts("tbody tr").len(), 1);
}
