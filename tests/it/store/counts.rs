//! The numbers the database keeps are those one would count.

use henji::domain::conversation::{Conversation as Status, ConversationState};
use henji::domain::id::ConversationId;
use henji::domain::user::Sight;
use henji::store::StoreError;
use henji::store::conversations::{self, Counts, Query, View};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::TestApp;
use crate::support::cast::{RECRUITING_NUMBER, SATO, TANAKA};
use crate::support::raw::Raw;

const THREADS: usize = 6;

/// What one may do to a status: state, whose, waiting or not.
type Change = (usize, ConversationState, Option<bool>, bool);

#[tokio::test]
async fn whatever_happens_to_conversations_their_tallies_are_right() {
    let app = TestApp::start().await;
    for n in 0..THREADS {
        let handset = app.handset(&format!("+8190111100{n:02}"));
        if n % 2 == 0 {
            handset.sends("?").await;
        } else {
            handset.sends_to(RECRUITING_NUMBER, "?", None).await;
        }
    }
    let everything = Query {
        sight: Sight::All,
        inbox: None,
        among: None,
        tag: None,
        view: View::All,
        after: None,
        limit: THREADS,
    };
    let page = app.store.read(move |db| conversations::list(db, &everything)).await.unwrap();
    let threads: Vec<ConversationId> = page.rows.iter().map(|row| row.id).collect();
    assert_eq!(threads.len(), THREADS);
    for change in changes(400) {
        let id = threads[change.0];
        let (sato, tanaka) = (app.cast.id(SATO), app.cast.id(TANAKA));
        app.store
            .write(move |tx| {
                let found = conversations::find(tx, id)?;
                let assignee = change.2.map(|is_sato| if is_sato { sato } else { tanaka });
                let waiting_since = change.3.then_some(tx.now);
                let status = Status { state: change.1, assignee, waiting_since, ..found.status };
                conversations::set_status(tx, id, &status)
            })
            .await
            .unwrap();
    }
    let mut raw = app.raw();
    assert_eq!(kept(&mut raw), counted(&mut raw));
    // Planted: without the triggers the numbers are soon wrong.
    let on = if raw.is_postgres() { " on conversations" } else { "" };
    raw.execute(&format!("drop trigger conversations_recounted{on}"));
    let everything_closed = "update conversations set state = 'closed'";
    raw.execute(everything_closed);
    assert_ne!(kept(&mut raw), counted(&mut raw));
}

#[tokio::test]
async fn a_person_is_counted_what_they_may_see() {
    let app = TestApp::start().await;
    let first: ConversationId = app.handset("+819011110001").sends("?").await;
    app.handset("+819011110002").sends_to(RECRUITING_NUMBER, "?", None).await;
    app.sign_in(SATO)
        .await
        .post(&format!("/conversations/{first}/assignment"), &[])
        .await
        .expect(303);
    let (sato, here) = (app.cast.id(SATO), app.cast.reception);
    let counts = async |sight: Sight, inbox| {
        app.store.read(move |db| conversations::counts(db, &sight, inbox, sato)).await
    };
    let own = Counts { mine: 1, waiting: 1, waiting_for_me: 1, all: 1, ..Counts::default() };
    assert_eq!(counts(Sight::Inboxes(vec![here]), None).await.unwrap(), own);
    assert_eq!(counts(Sight::All, Some(here)).await.unwrap(), own);
    let all = Counts { unassigned: 1, waiting: 2, all: 2, ..own };
    assert_eq!(counts(Sight::All, None).await.unwrap(), all);
    let none: Result<Counts, StoreError> = counts(Sight::Inboxes(vec![]), Some(here)).await;
    assert_eq!(none.unwrap(), Counts::default());
}

fn changes(count: usize) -> Vec<Change> {
    use ConversationState::{Closed, Open, Snoozed};
    let state = prop_oneof![Just(Open), Just(Snoozed), Just(Closed)];
    let change = (0..THREADS, state, any::<Option<bool>>(), any::<bool>());
    let mut runner = TestRunner::deterministic();
    proptest::collection::vec(change, count).new_tree(&mut runner).unwrap().current()
}

fn kept(raw: &mut Raw) -> Vec<String> {
    raw.texts(&format!(
        "select {} as t from inbox_counts where open <> 0 or snoozed <> 0 order by 1",
        line(raw, "inbox_id", "assignee_id", ["open", "waiting", "snoozed"])
    ))
}

fn counted(raw: &mut Raw) -> Vec<String> {
    let nobody =
        if raw.is_postgres() { "'00000000-0000-0000-0000-000000000000'" } else { "zeroblob(16)" };
    // Spelled out, and not as the triggers do it.
    let counts = [
        "sum(case when state = 'open' then 1 else 0 end)",
        "sum(case when state = 'open' and waiting_since is not null then 1 else 0 end)",
        "sum(case when state = 'snoozed' then 1 else 0 end)",
    ];
    let whose = format!("coalesce(assignee_id, {nobody})");
    raw.texts(&format!(
        "select {} as t from conversations where state <> 'closed' \
         group by inbox_id, {whose} order by 1",
        line(raw, "inbox_id", &whose, counts)
    ))
}

fn line(raw: &Raw, inbox: &str, assignee: &str, numbers: [&str; 3]) -> String {
    let word = |id: &str| {
        if raw.is_postgres() { format!("{id}::text") } else { format!("lower(hex({id}))") }
    };
    let [open, waiting, snoozed] = numbers;
    let ids = format!("{} || ' ' || {}", word(inbox), word(assignee));
    format!("{ids} || ' ' || {open} || ' ' || {waiting} || ' ' || {snoozed}")
}
