//! Puts the parts together, serves, and stops without losing anything.

use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{HttpServer, web as actix};
use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::actions::settings::tell_simulator;
use crate::actions::{deliver, escalate, push};
use crate::app::App;
use crate::calendars::Calendars;
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::data_lock::DataLock;
use crate::intake;
use crate::jobs;
use crate::journal::Journal;
use crate::live::wake::nats::{self, Broker};
use crate::live::{self, Hub, Presence, Wake};
use crate::mail::{Letterhead, Mailer};
use crate::password::Passwords;
use crate::providers::Provider;
use crate::providers::registry::Registry;
use crate::providers::simulator::{self, FileJournal, MemoryJournal, Patience, Sealer, Simulator};
use crate::providers::twilio::Twilio;
use crate::push::PushService;
use crate::sabotage::Sabotage;
use crate::store::ids::RowId;
use crate::store::seal::place;
use crate::store::{Opening, Store, checkpoint, provider_accounts, users};
use crate::telemetry::Metrics;
use crate::web::{self, EventLog, Screens, SecurityHeaders, Throttle};
use crate::webhooks::Webhooks;

/// Seconds that requests under way may take once we were told to stop.
const STOP: u64 = 4;
/// How long the loops may take for their last step (`jobs/deliver.rs` waits 5 s
/// for calls to providers); with the checkpoint a stop takes less than 10 s (R19).
const LAST_STEPS: Duration = Duration::from_secs(7);
/// Browsers keep connections; a new one costs them a round trip.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a closed connection still listens for what was on its way. A browser
/// tells its page that a WebSocket was closed only after that, and a page whose
/// session ended must know within a second (R17).
const LINGER: Duration = Duration::from_millis(300);

/// What the parts are wanted for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To serve at this address, with the simulator's journal on disk.
    Serve { callback_base: String, sabotage: Option<Sabotage> },
    /// For one command, perhaps beside a running server.
    Command,
}

/// Opens the key, the database, the providers and the simulator.
pub async fn assemble(config: Config, clock: Clock, purpose: Purpose) -> anyhow::Result<Arc<App>> {
    assemble_with(config, clock, purpose, Passwords::default()).await
}

/// [`assemble`] with another password hasher (tests sign many people in).
pub async fn assemble_with(
    config: Config,
    clock: Clock,
    purpose: Purpose,
    passwords: Passwords,
) -> anyhow::Result<Arc<App>> {
    // Its files are sealed, but nobody else has any business with them.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.files.data_dir)
        .with_context(|| format!("cannot make {}", config.files.data_dir.display()))?;
    let held = DataLock::share(&config.files.data_dir)?;
    let key = crate::key_file::open_or_make(&config.files.key_file)?;
    let url = config.database.url.expose();
    let opening = Opening {
        connections: config.database.connections,
        ..Opening::new(&url, key, clock.clone())
    };
    let store = Store::open(opening)?;
    store.read(users::check_key).await.with_context(|| {
        format!("{} is not the key of this database", config.files.key_file.display())
    })?;
    let metrics = Metrics::new();
    let (carried, journal, callback_base, sabotage): (Arc<dyn simulator::Journal>, _, String, _) =
        match purpose {
            Purpose::Serve { callback_base, sabotage } => {
                let path = config.files.data_dir.join("simulator.journal");
                let journal = config.files.journal();
                let journal = Journal::open(&journal, store.clone())
                    .with_context(|| format!("cannot open {}", journal.display()))?;
                (Arc::new(open_journal(&path, &store)?), Some(journal), callback_base, sabotage)
            }
            Purpose::Command => (Arc::new(MemoryJournal::default()), None, String::new(), None),
        };
    let simulator = Simulator::start(clock.clone(), callback_base, carried, Patience::default())
        .context("the simulator's journal cannot be read")?;
    let twilio = Twilio::new(clock.clone());
    let providers: Vec<Arc<dyn Provider>> = vec![simulator.clone(), Arc::new(twilio)];
    let mut letterhead = Letterhead::new(&config.mail, &config.web.public_url)
        .context("HENJI_MAIL_FROM cannot be used")?;
    letterhead.replies = config.replies.as_ref().map(|replies| replies.domain.clone());
    let mailer = Mailer::new(&config.mail)?;
    let push = PushService::new(&config.push);
    let calendars = Calendars::new(&config.calendars);
    let webhooks = Webhooks::new(&config.webhooks);
    let hub = Hub::new(*store.committed().borrow());
    let app = Arc::new(App {
        config,
        clock,
        store,
        journal,
        hub,
        presence: Presence::default(),
        wake: Wake::default(),
        providers: Registry::new(providers),
        simulator,
        letterhead,
        mailer,
        push,
        calendars,
        webhooks,
        escalations: escalate::Memory::default(),
        passwords,
        metrics,
        held,
        stopping: AtomicBool::new(false),
        sabotage,
    });
    for account in app.store.read(provider_accounts::all).await? {
        tell_simulator(&app, account).await?;
    }
    Ok(app)
}

/// A server under way.
pub struct Running {
    pub app: Arc<App>,
    /// `http://127.0.0.1:8080`: where it really listens.
    pub local_url: String,
    stop: watch::Sender<bool>,
    jobs: Vec<tokio::task::JoinHandle<()>>,
    handle: actix_web::dev::ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Binds and serves. Prints nothing.
pub async fn start(
    config: Config,
    clock: Clock,
    sabotage: Option<Sabotage>,
) -> anyhow::Result<(Running, StopSignals)> {
    let listener = TcpListener::bind(config.web.listen)
        .with_context(|| format!("cannot listen on {}", config.web.listen))?;
    let local_url = format!("http://{}", listener.local_addr()?);
    let purpose = Purpose::Serve { callback_base: local_url.clone(), sabotage };
    let app = assemble(config, clock, purpose).await?;
    // Before anybody is answered: whoever was must be told that we go. A start
    // itself may be broken off at any moment.
    let told = StopSignals::listen()?;
    Ok((start_with(app, listener, local_url).await?, told))
}

/// [`start`] with parts and a door that are there already.
pub async fn start_with(
    app: Arc<App>,
    listener: TcpListener,
    local_url: String,
) -> anyhow::Result<Running> {
    if let DatabaseUrl::Sqlite(file) = &app.config.database.url
        && let Err(error) = app.store.put_space_by(file.with_extension("reserve"))
    {
        tracing::warn!(%error, "no space can be put by for the day the disk is full");
    }
    let mut running = start_without_jobs(app.clone(), listener, local_url).await?;
    if !app.store.is_shared() {
        // Whoever held a text here is gone: it died with the process before us.
        deliver::end_leases(&app, None).await?;
    }
    let stopped = running.stop.subscribe();
    running.jobs = vec![
        tokio::spawn(jobs::deliver::Worker::new(app.clone()).run(stopped.clone())),
        tokio::spawn(jobs::appointments::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::escalate_due::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::send_mail::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::push::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::webhooks::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::heartbeat::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::backfill::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::read_calendars::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::replay::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::resolve_unknown::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::search::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::soundness::run(app.clone(), stopped.clone())),
        tokio::spawn(jobs::housekeeping::run(app.clone(), stopped.clone())),
    ];
    if let Some(replies) = app.config.replies.clone() {
        let listener = tokio::net::TcpListener::bind(replies.listen).await;
        let listener =
            listener.with_context(|| format!("cannot listen for mail on {}", replies.listen))?;
        running.jobs.push(tokio::spawn(intake::run(app, listener, stopped)));
    }
    Ok(running)
}

/// [`start_with`] without the loops that wait for their time: tests take each
/// step of theirs when they want it.
pub async fn start_without_jobs(
    app: Arc<App>,
    listener: TcpListener,
    local_url: String,
) -> anyhow::Result<Running> {
    let (stop, _) = watch::channel(false);
    if let Err(error) = push::prepare(&app).await {
        tracing::warn!(%error, "browsers cannot subscribe until the next start");
    }
    let screens = Arc::new(Screens::default());
    let log = EventLog { store: app.store.clone(), hub: app.hub.clone(), screens: screens.clone() };
    let committed = app.store.committed();
    // Others write too: nodes beside us, or a command on the same machine.
    let (hints, poll) = (app.wake.hints(), Some(live::follow::POLL));
    tokio::spawn(live::follow(app.hub.clone(), log, committed, hints, poll));
    tokio::spawn(web::follow_presence(app.clone(), screens.clone()));
    listen_to_other_nodes(&app)?;
    let accounts = web::HookAccounts::default();
    accounts.learn(&app).await?;
    let server = http_server(app.clone(), screens, accounts, listener)?;
    let handle = server.handle();
    let served = tokio::spawn(server);
    Ok(Running { app, local_url, stop, jobs: Vec::new(), handle, served })
}

/// SIGTERM and SIGINT, from the moment they are listened for.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }
}

impl Running {
    /// Serves until SIGTERM or SIGINT, then stops in order.
    pub async fn until_told_to_stop(self, mut told: StopSignals) -> anyhow::Result<()> {
        tokio::select! {
            _ = told.terminate.recv() => {}
            _ = told.interrupt.recv() => {}
        }
        tracing::info!("stopping");
        self.stop().await
    }

    /// Sockets are told to come back, requests under way are answered, texts in
    /// hand are settled.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop_within(true).await
    }

    /// Stops without waiting for anybody who is still connected.
    pub async fn cut_off(self) -> anyhow::Result<()> {
        self.stop_within(false).await
    }

    /// Nothing new is taken on, sockets are told to come back elsewhere, requests
    /// and calls under way end or are let go, and the database is left in order.
    async fn stop_within(self, graceful: bool) -> anyhow::Result<()> {
        self.app.begin_to_stop();
        self.stop.send_replace(true);
        let jobs = tokio::time::timeout(LAST_STEPS, futures_util::future::join_all(self.jobs));
        let ((), jobs) = tokio::join!(self.handle.stop(graceful), jobs);
        if jobs.is_err() {
            tracing::warn!("a loop did not end in time");
        }
        self.served.await??;
        if graceful && let Err(error) = self.app.store.read(checkpoint::run).await {
            tracing::warn!(%error, "the database's log stays beside it");
        }
        Ok(())
    }
}

fn http_server(
    app: Arc<App>,
    screens: Arc<Screens>,
    accounts: web::HookAccounts,
    listener: TcpListener,
) -> anyhow::Result<actix_web::dev::Server> {
    let headers = actix::Data::new(SecurityHeaders::new(&app.config.web.public_url));
    let metrics = actix::Data::new(app.metrics.clone());
    let throttle = actix::Data::new(Throttle::new(app.clock.clone()));
    let screens = actix::Data::from(screens);
    let accounts = actix::Data::new(accounts);
    let app = actix::Data::from(app);
    // Half the cores: workers, writer and jobs share the machine (performance.md 8).
    let workers = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(headers.clone())
            .app_data(metrics.clone())
            .app_data(throttle.clone())
            .app_data(screens.clone())
            .app_data(accounts.clone())
            .wrap(from_fn(web::guard))
            .wrap(from_fn(web::keep_to_links))
            .wrap(from_fn(web::count))
            .wrap(from_fn(web::present))
            .wrap(from_fn(web::compress))
            .wrap(from_fn(web::secure))
            .configure(web::routes::configure)
            .default_service(actix::to(web::not_found))
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .client_disconnect_timeout(LINGER)
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(STOP)
    .listen(listener)?
    .run();
    Ok(server)
}

/// Starts to trade hints, where there are other nodes and a broker; waits for neither.
fn listen_to_other_nodes(app: &App) -> anyhow::Result<()> {
    let url = app.config.live.nats_url.as_ref().filter(|_| app.store.is_shared());
    if let Some(url) = url {
        let broker = Broker::new(url.expose(), app.store.vault().name())
            .context("HENJI_NATS_URL cannot be read")?;
        tokio::spawn(nats::run(
            broker,
            app.wake.clone(),
            app.presence.clone(),
            app.store.committed(),
        ));
    }
    Ok(())
}

fn open_journal(path: &Path, store: &Store) -> anyhow::Result<FileJournal> {
    FileJournal::open(path, Arc::new(HouseSealer(store.clone())))
        .with_context(|| format!("cannot open {}", path.display()))
}

/// Seals the simulator's journal with the house key.
struct HouseSealer(Store);

impl Sealer for HouseSealer {
    fn seal(&self, plain: &[u8]) -> std::io::Result<Vec<u8>> {
        Ok(self.0.vault().house().seal(journal_place(), plain))
    }

    fn open(&self, sealed: &[u8]) -> std::io::Result<Vec<u8>> {
        self.0.vault().house().open(journal_place(), sealed).map_err(std::io::Error::other)
    }
}

fn journal_place() -> crate::store::seal::Place {
    place("simulator", "journal", RowId(uuid::Uuid::nil()))
}
