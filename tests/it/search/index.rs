//! The index: made, followed, broken, thrown away, and never in anybody's way.

use std::collections::BTreeSet;

use henji::cli::demo;
use henji::domain::search::Query;
use henji::domain::user::Sight;
use henji::store::search::{Progress, Step, Wanted};
use henji::store::{StoreError, control};

use super::{HANDSET, page, said};
use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::raw::Raw;
use crate::support::test_app::house_of;
use crate::support::test_db::{self, TestDb};

async fn progress(app: &TestApp) -> Progress {
    let search = app.store.search();
    app.store.read(move |db| search.progress(db)).await.unwrap()
}

async fn step(app: &TestApp) -> Result<Step, StoreError> {
    henji::jobs::search::run_one(app).await
}

async fn forget(app: &TestApp) {
    let search = app.store.search();
    app.store.read(move |_| search.forget()).await.unwrap();
}

/// What is in the index, past henji.
fn indexed(app: &TestApp) -> Raw {
    match test_db::is_postgres() {
        true => app.raw(),
        false => Raw::open(&format!("sqlite:{}", index_file(app).display())),
    }
}

fn index_file(app: &TestApp) -> std::path::PathBuf {
    app.db().folder().join("henji.search")
}

/// Every text and note once, and every conversation.
fn is_whole(app: &TestApp) {
    let lines = app.raw().count("messages", "where kind <> 'system'");
    let conversations = app.raw().count("conversations", "");
    let mut index = indexed(app);
    assert_eq!(index.count("search_messages", ""), lines);
    let different = "select count(distinct message_id) as n from search_messages";
    assert_eq!(index.number(different), lines);
    assert_eq!(index.count("search_conversations", ""), conversations);
}

#[tokio::test]
async fn an_index_is_made_of_what_is_there_the_newest_first() {
    let app = TestApp::unfurnished().await;
    demo::fill(&app, 4_000, 7).await.unwrap();
    assert_eq!(step(&app).await.unwrap(), Step::Moved);
    // Conversations first, then messages by the thousand.
    while progress(&app).await.messages == 0 {
        step(&app).await.unwrap();
    }
    let half = progress(&app).await;
    assert!(!half.is_complete && (1..=1_000).contains(&half.messages), "{half:?}");
    let order = if test_db::is_postgres() { "message_id::text" } else { "hex(message_id)" };
    let ids: BTreeSet<String> = indexed(&app)
        .texts(&format!("select lower(replace({order}, '-', '')) as t from search_messages"))
        .into_iter()
        .collect();
    let newest = format!(
        "select lower(replace({}, '-', '')) as t from messages where kind <> 'system' \
         order by id desc limit {}",
        if test_db::is_postgres() { "id::text" } else { "hex(id)" },
        ids.len()
    );
    assert_eq!(ids, app.raw().texts(&newest).into_iter().collect());
    app.index().await;
    assert_eq!(progress(&app).await, Progress { behind: 0, messages: 0, is_complete: true });
    is_whole(&app);
}

#[tokio::test]
async fn what_is_found_is_what_reading_everything_finds() {
    let app = TestApp::unfurnished().await;
    demo::fill(&app, 4_000, 11).await.unwrap();
    app.index().await;
    // From what every third message says to what hardly any does, and to nothing.
    let words = ["ください", "です", "面接", "電気", "名義", "解約", "駐車場", "鰻鰌"];
    let mut counts = BTreeSet::new();
    for word in words {
        let search = app.store.search();
        let wanted = Wanted {
            sight: Sight::All,
            numbers: Default::default(),
            inbox: None,
            tag: None,
            words: Query::parse(word).unwrap().words,
            from: None,
            until: None,
            after: None,
            limit: 25,
        };
        let found = app.store.read(move |db| {
            let (mut wanted, mut found) = (wanted, Vec::new());
            loop {
                let page = search.messages(db, &wanted)?;
                found.extend(page.items.into_iter().map(|hit| hit.message.id));
                match page.next {
                    Some(next) => wanted.after = Some(next),
                    None => return Ok::<_, StoreError>((found, control::scan(db, word)?)),
                }
            }
        });
        let (found, scanned) = found.await.unwrap();
        let once: BTreeSet<_> = found.iter().collect();
        assert_eq!((once.len(), found.len()), (scanned, scanned), "{word}");
        assert!(found.is_sorted_by(|newer, older| newer > older), "{word}: newest first");
        counts.insert(scanned);
    }
    assert!(counts.contains(&0) && counts.len() > 4, "words of all kinds: {counts:?}");
}

#[tokio::test]
async fn a_build_that_ends_anywhere_goes_on_there() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    for n in 0..40 {
        app.handset(&format!("+8190555500{n:02}")).sends(&format!("古い話{n}")).await;
    }
    forget(&app).await;
    let mut round = 0;
    loop {
        // A process of its own for each step: what it had in memory is gone.
        let config = app.config.clone();
        let process = house_of(config, String::new(), app.clock.clone()).await;
        let step = henji::jobs::search::run_one(&process).await.unwrap();
        drop(process);
        if step == Step::Idle {
            break;
        }
        if round < 4 {
            app.handset(HANDSET).sends(&format!("新しい話{round}")).await;
        }
        round += 1;
    }
    assert!(round >= 4, "{round} steps");
    is_whole(&app);
    assert_eq!(said(&sato, "新しい").await.len(), 4);
    assert_eq!(said(&sato, "古い話7").await, ["古い話7"]);
}

#[tokio::test]
async fn an_index_of_another_database_is_made_anew() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    app.handset(HANDSET).sends("前の話").await;
    app.index().await;
    // As after an older copy of the database was put in its place: the log holds
    // another event where the index stands.
    app.raw().execute("update events set at = '2020-01-01 00:00:00'");
    assert_eq!(step(&app).await.unwrap(), Step::Moved);
    assert!(!progress(&app).await.is_complete);
    let found = page(&sato, "前の話").await;
    assert_eq!(found.texts("p[role=status]").len(), 1, "it says that it is being made");
    app.index().await;
    assert_eq!(said(&sato, "前の話").await, ["前の話"]);
    is_whole(&app);
}

#[tokio::test]
async fn a_damaged_index_costs_nothing_but_the_time_to_make_it() {
    if test_db::is_postgres() {
        return;
    }
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    app.handset(HANDSET).sends("壊れても").await;
    app.index().await;
    drop(app.store.search());
    let app = {
        let bytes = vec![0x5a; 64 * 1024];
        std::fs::write(index_file(&app), bytes).unwrap();
        for ending in ["search-wal", "search-shm"] {
            drop(std::fs::remove_file(index_file(&app).with_extension(ending)));
        }
        app
    };
    // A process that meets it first.
    let config = app.config.clone();
    let process = house_of(config, String::new(), app.clock.clone()).await;
    let mut failures = 0;
    loop {
        match henji::jobs::search::run_one(&process).await {
            Ok(Step::Idle) => break,
            Ok(_) => {}
            Err(error) => {
                failures += 1;
                assert!(failures < 3, "{error}");
            }
        }
    }
    drop(process);
    assert_eq!(failures, 1, "the damage was met");
    is_whole(&app);
    drop(sato);
}

#[tokio::test]
async fn an_index_that_cannot_be_written_is_in_nobodys_way() {
    if test_db::is_postgres() {
        return;
    }
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    std::fs::create_dir(index_file(&app)).unwrap();
    let conversation = app.handset(HANDSET).sends("届いています").await;
    assert!(step(&app).await.is_err());
    sato.reply(conversation, "返事も出ます").await;
    assert_eq!(app.api().texts(conversation).await, ["届いています", "返事も出ます"]);
    std::fs::remove_dir(index_file(&app)).unwrap();
    app.index().await;
    assert_eq!(said(&sato, "届いて").await, ["届いています"]);
}

#[tokio::test]
async fn a_restored_house_has_its_index_made_and_a_command_makes_one() {
    let db = TestDb::empty();
    let run = |arguments: &str| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_henji"))
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(db.folder())
            .env("HENJI_DATA_DIR", db.folder())
            .env("HENJI_DATABASE_URL", db.url())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.success(), text(out.stdout), text(out.stderr))
    };
    let (done, _, complaint) = run("demo --messages 2000 --seed 3");
    assert!(done, "{complaint}");
    let (_, told, _) = run("doctor");
    assert!(told.contains("search"), "{told}");
    assert!(!told.contains("every message can be found"), "{told}");
    let (done, told, complaint) = run("search rebuild");
    assert!(done, "{complaint}");
    assert!(told.contains("messages and 250 conversations in"), "{told}");
    let (_, told, _) = run("doctor");
    assert!(told.contains("every message can be found"), "{told}");
    let (done, _, complaint) = run("backup whole.backup");
    assert!(done, "{complaint}");
    let backup = std::fs::read(db.folder().join("whole.backup")).unwrap();
    assert!(!backup.is_empty());
}
