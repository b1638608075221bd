//! Two contacts that are one person, and two again.

use henji::actions::{merge_contacts, record_opt_out, rename_contact};
use henji::domain::id::{ContactId, ConversationId};
use henji::domain::opt_out::{OptOutScope, OptOutSource};
use henji::domain::user::{Actor, Caller, Sight};
use henji::store::contacts::{self, Contact};
use henji::store::conversations::{self, Conversation};
use henji::store::{StoreError, opt_outs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{RECRUITING_NUMBER, SATO, VIEWER, YAMADA};

const FIRST: &str = "+819011110001";
const SECOND: &str = "+819011110002";

pub async fn contact_of(app: &TestApp, conversation: ConversationId) -> ContactId {
    app.store.read(move |db| conversations::find(db, conversation)).await.unwrap().contact.id
}

/// 花子 with a first number, 太郎 with a second, both known to the reception.
async fn two(app: &TestApp, sato: &Browser) -> [(ConversationId, ContactId); 2] {
    let mut both = Vec::new();
    for (number, name) in [(FIRST, "山田 花子"), (SECOND, "太郎")] {
        let thread = app.handset(number).sends(&format!("{name}です")).await;
        sato.put(&format!("/conversations/{thread}/contact"), &[("name", name)]).await.expect(303);
        both.push((thread, contact_of(app, thread).await));
    }
    app.index().await;
    [both[0], both[1]]
}

async fn merge(sato: &Browser, kept: ContactId, merged: ContactId) {
    let fields = [("contact", merged.to_string())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    sato.post(&format!("/contacts/{kept}/merge"), &fields).await.expect(303);
}

async fn separate(sato: &Browser, contact: ContactId) {
    sato.delete(&format!("/contacts/{contact}/merge")).await.expect(303);
}

#[tokio::test]
async fn one_page_for_both_numbers_and_two_pages_again() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let [(thread, hanako), (other, taro)] = two(&app, &sato).await;
    // Looked for by name, shown before it is done.
    let found = sato.get(&format!("/contacts/{hanako}/merge?q=太郎")).await.expect(200);
    let choice = found.attribute("ul.found a", "href").unwrap();
    let preview = sato.get(&choice).await.expect(200);
    assert_eq!(preview.texts(".both > li > b"), ["山田 花子", "太郎"]);
    let before = app.last_event().await;
    merge(&sato, hanako, taro).await;
    assert_eq!(app.last_event().await - before, 2, "both rows are drawn anew");

    let page = sato.get(&format!("/contacts/{hanako}?merged={taro}")).await.expect(200);
    assert_eq!(page.texts("h1"), ["山田 花子"]);
    assert_eq!(page.texts(".m.in .b"), ["山田 花子です", "太郎です"]);
    assert_eq!(page.texts("#merge-news button").len(), 1, "and the way back");
    assert!(page.text.contains("090-1111-0001") && page.text.contains("090-1111-0002"));
    // Two conversations in one inbox are told apart by their numbers, and lead to each other.
    let days: Vec<String> = page.texts(".contact .msgs .line > .day");
    assert!(days.contains(&"受付 090-1111-0001".to_owned()), "{days:?}");
    assert!(days.contains(&"受付 090-1111-0002".to_owned()), "{days:?}");
    let side = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert_eq!(side.texts("#siblings a"), ["090-1111-0002", "まとめて読む"]);
    let led = sato.get(&format!("/contacts/{taro}")).await.expect(303);
    assert_eq!(led.header("location"), format!("/contacts/{hanako}"));
    let row = sato.get(&format!("/conversations/{other}")).await.expect(200);
    assert!(row.text.contains("山田 花子") && !row.text.contains("太郎</"), "one name everywhere");
    app.index().await;
    for (asked, listed) in [("", 1), ("?q=花子", 1), ("?q=太郎", 1), ("?q=1111-0002", 1)] {
        let list = sato.get(&format!("/contacts{asked}")).await.expect(200);
        assert_eq!(list.texts("ul.found .nm").len(), listed, "{asked}");
        let href = list.attribute("ul.found a", "href").unwrap();
        assert_eq!(href, format!("/contacts/{hanako}"), "{asked}");
    }
    let listed = app.api().get("/contacts?phone=%2B819011110002").await.expect(200).json();
    assert_eq!(listed["items"][0]["id"], json!(hanako.to_string()));
    // Again is nothing new.
    merge(&sato, hanako, taro).await;
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.merge'"), 1);

    separate(&sato, taro).await;
    separate(&sato, taro).await;
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.separate'"), 1);
    for (id, thread, name) in [(hanako, thread, "山田 花子"), (taro, other, "太郎")] {
        let page = sato.get(&format!("/contacts/{id}")).await.expect(200);
        assert_eq!(page.texts("h1"), [name]);
        assert_eq!(page.texts(".m.in .b").len(), 1);
        let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
        assert!(page.text.contains(name));
    }
    assert_eq!(app.raw().count("contact_merges", ""), 0);
}

#[tokio::test]
async fn what_is_written_while_they_are_one_stays_where_it_was_written() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let [(thread, hanako), (other, taro)] = two(&app, &sato).await;
    app.handset(SECOND).sends("STOP").await;
    merge(&sato, hanako, taro).await;
    // The stop of one number holds for the person, whichever number is written to.
    for number in [FIRST, SECOND] {
        let order = app.api().order(number, "お知らせ", json!({}));
        assert_eq!(app.api().post("/messages", order).await.expect(422).json()["field"], "to");
    }
    assert_eq!(app.handset(SECOND).sends("START").await, other, "its own thread goes on");
    app.handset(SECOND).sends("まとめた後です").await;
    let draft = [("body", "書きかけ")];
    sato.put(&format!("/conversations/{other}/draft"), &draft).await;
    sato.put(&format!("/conversations/{other}/contact"), &[("name", "山田 はな")])
        .await
        .expect(303);
    let page = sato.get(&format!("/contacts/{hanako}")).await.expect(200);
    assert_eq!(page.texts("h1"), ["山田 はな"], "named from either thread");
    assert!(page.texts(".m.in .b").contains(&"まとめた後です".to_owned()));
    sato.post(
        &format!("/contacts/{hanako}/opt_out"),
        &[("scope", "advertising"), ("source", "user")],
    )
    .await
    .expect(303);

    separate(&sato, taro).await;
    let (kept, out) = (snapshot(&app, hanako).await, snapshot(&app, taro).await);
    assert_eq!(kept[0].0.name.as_deref(), Some("山田 はな"), "the new name is the kept one's");
    assert_eq!(out[0].0.name.as_deref(), Some("太郎"));
    for side in [&kept, &out] {
        let stopped = side[0].0.opted_out;
        assert_eq!(stopped, Some(OptOutScope::Advertising), "said to the person: of each number");
    }
    assert_eq!((kept[0].1[0].id, out[0].1[0].id), (thread, other));
    let talk = sato.get(&format!("/conversations/{other}")).await.expect(200);
    assert!(talk.texts(".m.in .b").contains(&"まとめた後です".to_owned()));
    assert!(talk.texts("#composer textarea").contains(&"書きかけ".to_owned()));
}

#[tokio::test]
async fn nobody_merges_whom_they_may_not_see() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let [(_, hanako), (_, taro)] = two(&app, &sato).await;
    app.handset("+819022220003").sends_to(RECRUITING_NUMBER, "応募", None).await;
    let newest = app.store.read(|db| contacts::page(db, &Sight::All, None, 1)).await.unwrap();
    let applicant = newest[0].id.to_string();
    let path = format!("/contacts/{hanako}/merge");
    for hidden in [applicant.as_str(), "x", "", "01900000-0000-7000-8000-000000000000"] {
        sato.post(&path, &[("contact", hidden)]).await.expect(422);
        let page = sato.get(&format!("{path}?contact={hidden}")).await.expect(200);
        assert_eq!(page.texts(".both").len(), 0, "{hidden}");
    }
    let taro = taro.to_string();
    app.sign_in(YAMADA).await.post(&path, &[("contact", &taro)]).await.expect(404);
    app.sign_in(VIEWER).await.post(&path, &[("contact", &taro)]).await.expect(403);
    assert_eq!(app.raw().count("contact_merges", ""), 0);
}

/// All that is shown of a person, contact by contact.
async fn snapshot(app: &TestApp, id: ContactId) -> Vec<(Contact, Vec<Conversation>)> {
    let read = app.store.read(move |db| {
        let person = contacts::person_of(db, id)?;
        let threads = conversations::visible_of_person(db, &Sight::All, person)?;
        let members = contacts::of_person(db, person)?;
        let stops = opt_outs::of_person(db, person)?;
        assert!(stops.len() <= 2 * members.len());
        let of = |contact: &Contact| {
            threads.iter().filter(|one| one.contact.id == contact.id).cloned().collect()
        };
        Ok::<_, StoreError>(members.iter().map(|one| (one.clone(), of(one))).collect())
    });
    read.await.unwrap()
}

/// Merging, in whatever order and however deep, and separating again gives back
/// exactly what there was.
#[tokio::test]
async fn merging_and_separating_is_as_if_nothing_had_been() {
    const PEOPLE: usize = 6;
    let app = TestApp::start().await;
    app.leaves_work();
    let house = || Caller::house(Actor::operator());
    let mut all = Vec::new();
    for n in 0..PEOPLE {
        let handset = app.handset(&format!("+81903333{n:04}"));
        let thread = handset.sends("はい").await;
        if n % 2 == 0 {
            handset.sends_to(RECRUITING_NUMBER, "こちらも", None).await;
        }
        let contact = contact_of(&app, thread).await;
        if n % 3 > 0 {
            rename_contact::run(&app, house(), thread, format!("人{n}")).await.unwrap();
        }
        if n < 2 {
            let scope = [OptOutScope::All, OptOutScope::Advertising][n];
            record_opt_out::begin(&app, house(), contact, scope, OptOutSource::User).await.unwrap();
        }
        all.push(contact);
    }
    let world = async || {
        let mut world = Vec::new();
        for id in &all {
            world.push(snapshot(&app, *id).await);
        }
        world
    };
    let person =
        async |id: ContactId| app.store.read(move |db| contacts::person_of(db, id)).await.unwrap();
    let apart = world().await;
    for steps in plans(12, PEOPLE) {
        let mut done = Vec::new();
        for (kept, merged) in steps {
            let (kept, merged) = (person(all[kept]).await, person(all[merged]).await);
            let before = world().await;
            merge_contacts::merge(&app, house(), kept, merged).await.unwrap();
            if kept == merged {
                assert_eq!(world().await, before);
                continue;
            }
            let together = world().await;
            assert_ne!(together, before, "something was merged");
            // Back at once, and done again.
            merge_contacts::separate(&app, house(), merged).await.unwrap();
            assert_eq!(world().await, before);
            merge_contacts::merge(&app, house(), kept, merged).await.unwrap();
            assert_eq!(world().await, together);
            done.push(merged);
        }
        // In another order than they were merged in.
        let middle = done.len() / 2;
        done.rotate_left(middle);
        for merged in done {
            merge_contacts::separate(&app, house(), merged).await.unwrap();
        }
        assert_eq!(world().await, apart);
    }
}

/// Who is merged into whom, some steps each.
fn plans(count: usize, people: usize) -> Vec<Vec<(usize, usize)>> {
    let mut runner = TestRunner::deterministic();
    let step = (0..people, 0..people);
    let plan = prop::collection::vec(step, 1..6);
    (0..count).map(|_| plan.new_tree(&mut runner).unwrap().current()).collect()
}
