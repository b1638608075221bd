//! Whether the database can be reached, and what is done while it cannot.
//!
//! Nobody waits for a database that is away: who reads or writes is told at
//! once, webhooks go to the journal (design.md 2.14), and a thread of its own
//! knocks until the database answers again. PostgreSQL is asked for a sign of
//! life twice a second, so that a server which takes connections and says
//! nothing is noticed too. A SQLite file does not go away, but its disk can be
//! full or broken: then reading goes on, and only what must not be lost is
//! written, into the space of a reserve that was put by for that (R11).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::connection::{Db, DbConnection, Manager};

mod postgres;
mod reserve;
mod sqlite;

use reserve::Reserve;

/// How often PostgreSQL is asked for a sign of life.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How often it is knocked while the database is away: recovery is noticed within this.
const KNOCK: Duration = Duration::from_millis(250);
/// Without a sign of life for this long the database is away. Several heartbeats,
/// and short enough that no request hangs for 3 s.
const SILENCE: Duration = Duration::from_millis(2_500);

/// What the database is good for just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Here,
    /// It can be read. Its disk is full or broken: only what must not be lost is
    /// still written, as far as there is room.
    ReadOnly,
    Away,
}

/// What everybody who uses the database knows of it.
pub struct Watch {
    reach: watch::Sender<Reach>,
    /// When PostgreSQL last answered; none for a file, which has no heart to beat.
    heard: Option<Mutex<Instant>>,
    reserve: Mutex<Option<Reserve>>,
    keeper: OnceLock<Thread>,
}

impl Watch {
    /// Starts the watch over the database behind `manager`; it ends with its last holder.
    pub(super) fn start(manager: Manager, postgres: bool) -> std::io::Result<Arc<Self>> {
        let watch = Arc::new(Self {
            reach: watch::Sender::new(Reach::Here),
            heard: postgres.then(|| Mutex::new(Instant::now())),
            reserve: Mutex::default(),
            keeper: OnceLock::new(),
        });
        let watched = Arc::downgrade(&watch);
        let keeper = std::thread::Builder::new()
            .name("henji-reach".into())
            .spawn(move || keep_watch(&watched, &manager))?;
        watch.keeper.get_or_init(|| keeper.thread().clone());
        Ok(watch)
    }

    pub fn reach(&self) -> Reach {
        *self.reach.borrow()
    }

    /// Tells every change.
    pub fn changes(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// Puts space by on the disk of a SQLite database, beside its file.
    ///
    /// # Errors
    /// When there is not that much space: the house can open, and should be warned.
    pub(super) fn put_by(&self, path: PathBuf) -> std::io::Result<()> {
        let reserve = Reserve::new(path);
        let made = reserve.make();
        *self.reserve() = Some(reserve);
        made
    }

    /// Somebody met a database that was away, or a disk that took nothing more.
    pub(super) fn suffered(&self) {
        match &self.heard {
            Some(_) => self.turn(Reach::Away),
            None => {
                if let Some(reserve) = &*self.reserve() {
                    reserve.free();
                }
                self.turn(Reach::ReadOnly);
            }
        }
    }

    /// Resolves once the database is known to be away.
    pub(super) async fn lost(&self) {
        let mut changes = self.changes();
        loop {
            if *changes.borrow_and_update() == Reach::Away {
                return;
            }
            let left = self.silence_left();
            if left.is_some_and(|left| left.is_zero()) {
                self.turn(Reach::Away);
                continue;
            }
            let silence = async {
                match left {
                    Some(left) => tokio::time::sleep(left).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                () = silence => {}
            }
        }
    }

    /// How much longer it may keep silent; `None` where nobody listens.
    fn silence_left(&self) -> Option<Duration> {
        let heard = self.heard.as_ref()?;
        let at = *heard.lock().expect("no code panics with an instant");
        Some(SILENCE.saturating_sub(at.elapsed()))
    }

    fn hear(&self) {
        if let Some(heard) = &self.heard {
            *heard.lock().expect("no code panics with an instant") = Instant::now();
        }
        self.turn(Reach::Here);
    }

    fn turn(&self, to: Reach) {
        let turned = self.reach.send_if_modified(|reach| std::mem::replace(reach, to) != to);
        match to {
            _ if !turned => {}
            Reach::Here => tracing::info!("the database is back"),
            Reach::ReadOnly => tracing::error!("the database's disk takes nothing more"),
            Reach::Away => tracing::error!("the database is away"),
        }
    }

    fn reserve(&self) -> std::sync::MutexGuard<'_, Option<Reserve>> {
        self.reserve.lock().expect("no code panics with the reserve")
    }

    /// Whether there is room again for all that is written, and for the reserve.
    fn has_space(&self) -> bool {
        self.reserve().as_ref().is_none_or(|reserve| reserve.make().is_ok())
    }
}

impl Drop for Watch {
    /// Its keeper lets go of its connection at once.
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.get() {
            keeper.unpark();
        }
    }
}

fn keep_watch(watched: &Weak<Watch>, manager: &Manager) {
    let mut line = None;
    loop {
        let Some(watch) = watched.upgrade() else { return };
        let reach = watch.reach();
        if watch.heard.is_some() || reach != Reach::Here {
            if (reach != Reach::ReadOnly || watch.has_space()) && answers(&mut line, manager) {
                watch.hear();
            } else {
                line = None;
                watch.suffered();
            }
        }
        let pause = if watch.reach() == Reach::Here { HEARTBEAT } else { KNOCK };
        drop(watch);
        std::thread::park_timeout(pause);
    }
}

/// Whether the database does what it is there for: PostgreSQL answers, SQLite
/// brings a page of its file to the disk.
fn answers(line: &mut Option<Db>, manager: &Manager) -> bool {
    if line.is_none() {
        *line = manager.open().ok();
    }
    let Some(db) = line else { return false };
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::answers(conn),
        DbConnection::Sqlite(conn) => {
            let written = sqlite::writes(conn);
            *line = None;
            written
        }
    }
}
