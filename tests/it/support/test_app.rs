//! An installation of a test's own, served over real HTTP.
//!
//! It has no loops of its own: a test delivers, wakes and forgets when it wants
//! to, and time passes when it says so. At the end everything must be settled,
//! or the test has failed.

use std::cell::Cell;
use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use henji::actions::set_up;
use henji::app::App;
use henji::clock::Clock;
use henji::config::Config;
use henji::jobs::deliver::Worker;
use henji::password::Passwords;
use henji::providers::http::{Timeouts, loopback_client};
use henji::server::{self, Purpose};
use henji::store::search::Step;
use henji::store::{events, outbox};
use tokio::sync::{Mutex, oneshot};

use super::api::Api;
use super::browser::Browser;
use super::cast::{self, Cast, Character};
use super::handset::Handset;
use super::raw::Raw;
use super::template::furnished;
use super::test_db::TestDb;

/// What the world calls the house; the simulator comes in by the back door.
pub const PUBLIC_URL: &str = "https://henji.example.jp";

/// How long anything may take that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct TestApp {
    app: Option<Arc<App>>,
    pub cast: &'static Cast,
    pub url: String,
    pub http: reqwest::Client,
    /// The set-up link's token, while there is no administrator.
    pub set_up: Option<String>,
    worker: Mutex<Worker>,
    server: Option<Server>,
    leaves_work: Cell<bool>,
    db: TestDb,
}

struct Server {
    /// Told whether to look for what was left.
    stop: oneshot::Sender<bool>,
    thread: JoinHandle<Option<String>>,
}

impl TestApp {
    /// A house with everybody in it.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with some parts replaced.
    pub async fn start_with(change: impl FnOnce(&mut App) + Send + 'static) -> Self {
        Self::with(Self::database().await, change).await
    }

    /// The database of such a house, which nobody has opened yet.
    pub async fn database() -> TestDb {
        tokio::task::spawn_blocking(|| furnished().copy()).await.unwrap()
    }

    /// A house that nobody has set up.
    pub async fn unfurnished() -> Self {
        Self::on(TestDb::empty()).await
    }

    pub async fn on(db: TestDb) -> Self {
        Self::with(db, |_| {}).await
    }

    /// A house whose parts `change` may still replace.
    pub async fn with(db: TestDb, change: impl FnOnce(&mut App) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config = config(&db, &listener.local_addr().unwrap().to_string());
        let (started, start) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let callback = url.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let mut app = house_of(config, callback.clone(), clock()).await;
                change(Arc::get_mut(&mut app).expect("nobody else has it yet"));
                let running =
                    server::start_without_jobs(app.clone(), listener, callback).await.unwrap();
                let token = set_up::links::begin(&app).await.unwrap();
                assert!(
                    started.send((app.clone(), token)).is_ok(),
                    "somebody waits for the server"
                );
                let look = stopping.await.unwrap_or(false);
                let left = if look { left_over(&app).await } else { None };
                running.cut_off().await.unwrap();
                left
            })
        });
        let (app, set_up) = start.await.expect("the server starts");
        Self {
            worker: Mutex::new(Worker::new(app.clone())),
            app: Some(app),
            cast: &furnished().cast,
            url,
            http: loopback_client(Timeouts::default()).unwrap(),
            set_up,
            server: Some(Server { stop, thread }),
            leaves_work: Cell::new(false),
            db,
        }
    }

    /// This test is not about what becomes of texts on their way.
    pub fn leaves_work(&self) {
        self.leaves_work.set(true);
    }

    pub fn db(&self) -> &TestDb {
        &self.db
    }

    pub fn raw(&self) -> Raw {
        self.db.raw()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub async fn sign_in(&self, who: Character) -> Browser {
        let browser = Browser::new(self);
        browser.sign_in(who.email, cast::PASSWORD).await;
        browser
    }

    /// The API, with the token of the house that may do everything.
    pub fn api(&self) -> Api {
        Api::new(self, &self.cast.token)
    }

    pub fn handset(&self, number: &str) -> Handset<'_> {
        Handset::new(self, number)
    }

    /// Hands over what is due now, until nothing more can be.
    pub async fn deliver(&self) -> usize {
        let mut worker = self.worker.lock().await;
        let mut delivered = 0;
        loop {
            match worker.run_one().await.unwrap() {
                0 => break,
                some => delivered += some,
            }
        }
        delivered
    }

    /// The undo window passes, everything due is sent, every receipt comes in.
    pub async fn settle(&self) {
        self.advance(TimeDelta::seconds(5));
        self.deliver().await;
        self.simulator.idle().await;
    }

    /// Takes what is on disk into the search index.
    pub async fn index(&self) {
        while henji::jobs::search::run_one(self).await.unwrap() != Step::Idle {}
    }

    pub async fn last_event(&self) -> i64 {
        self.store.read(events::last_seq).await.unwrap()
    }
}

impl Deref for TestApp {
    type Target = Arc<App>;

    fn deref(&self) -> &Arc<App> {
        self.app.as_ref().expect("it is there until the end")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let look = !self.leaves_work.get() && !std::thread::panicking();
        let Some(Server { stop, thread }) = self.server.take() else { return };
        // Everything of ours that keeps the database open.
        self.app = None;
        let _ = stop.send(look);
        let left = thread.join();
        if !std::thread::panicking() {
            let left = left.expect("the server stops in order");
            assert!(left.is_none(), "the test left work behind: {}", left.unwrap_or_default());
        }
    }
}

/// Settings as an operator would write them.
pub fn config(db: &TestDb, listen: &str) -> Config {
    let folder = db.folder().display().to_string();
    let settings = [
        ("HENJI_LISTEN", listen),
        ("HENJI_PUBLIC_URL", PUBLIC_URL),
        ("HENJI_DATA_DIR", &folder),
        ("HENJI_DATABASE_URL", db.url()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Config::from_sources(settings.into_iter(), None).unwrap()
}

/// The clock of the providers' vectors: 2026-11-21T22:50:00Z.
pub fn clock() -> Clock {
    Clock::fixed_at(DateTime::from_timestamp(1_795_301_400, 0).unwrap())
}

pub async fn house_of(config: Config, callback_base: String, clock: Clock) -> Arc<App> {
    let purpose = match callback_base.is_empty() {
        true => Purpose::Command,
        false => Purpose::Serve { callback_base, sabotage: None },
    };
    server::assemble_with(config, clock, purpose, Passwords::for_tests()).await.unwrap()
}

/// What nobody has dealt with: texts in the outbox, webhooks on their way.
async fn left_over(app: &App) -> Option<String> {
    let waiting = app.store.read(outbox::depth).await.unwrap();
    if waiting > 0 {
        return Some(format!("{waiting} texts in the outbox"));
    }
    match app.simulator.idle().now_or_never() {
        Some(()) => None,
        None => Some("webhooks of the simulator that were not taken".to_owned()),
    }
}
