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
use crate::clock::Clock;

mod postgres;
mod reserve;
mod sqlite;

use reserve::Reserve;

/// How often PostgreSQL is asked for a sign of life.
const HEARTBEAT: Duration = Duration::from_millis(300);
/// How often it is knocked while the database is away: recovery is noticed within this.
const KNOCK: Duration = Duration::from_millis(250);
/// A question without an answer for this long means that the database is away:
/// with the heartbeat, short enough that no request hangs for 3 s. A machine that
/// is too busy to ask says nothing about the database.
const SILENCE: Duration = Duration::from_millis(2_200);

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
    /// When PostgreSQL was asked for a sign of life that it has not given yet; a
    /// file is not asked.
    asked: Option<Mutex<Option<Instant>>>,
    reserve: Mutex<Option<Reserve>>,
    keeper: OnceLock<Thread>,
}

impl Watch {
    /// Starts the watch over the database behind `manager`; it ends with its last holder.
    pub(super) fn start(
        manager: Manager,
        postgres: bool,
        clock: Clock,
    ) -> std::io::Result<Arc<Self>> {
        let watch = Arc::new(Self {
            reach: watch::Sender::new(Reach::Here),
            asked: postgres.then(Mutex::default),
            reserve: Mutex::default(),
            keeper: OnceLock::new(),
        });
        let watched = Arc::downgrade(&watch);
        let keeper = std::thread::Builder::new()
            .name("henji-reach".into())
            .spawn(move || keep_watch(&watched, &manager, &clock))?;
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
        match &self.asked {
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
            let Some(left) = self.silence_left() else {
                if changes.changed().await.is_err() {
                    return;
                }
                continue;
            };
            if left.is_zero() {
                self.turn(Reach::Away);
                continue;
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    /// How much longer it may keep silent; `None` where nobody asks.
    fn silence_left(&self) -> Option<Duration> {
        let asked = self.asked.as_ref()?;
        let asked = *asked.lock().expect("no code panics with an instant");
        // Not asked just now: it will be within a heartbeat.
        Some(SILENCE.saturating_sub(asked.map_or(Duration::ZERO, |at| at.elapsed())))
    }

    /// Notes that a sign of life is waited for, or was given.
    fn ask(&self, at: Option<Instant>) {
        if let Some(asked) = &self.asked {
            *asked.lock().expect("no code panics with an instant") = at;
        }
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

fn keep_watch(watched: &Weak<Watch>, manager: &Manager, clock: &Clock) {
    let mut line = None;
    loop {
        let Some(watch) = watched.upgrade() else { return };
        let reach = watch.reach();
        if watch.asked.is_some() || reach != Reach::Here {
            watch.ask(Some(Instant::now()));
            let well = (reach != Reach::ReadOnly || watch.has_space())
                && answers(&mut line, manager, clock);
            watch.ask(None);
            if well {
                watch.turn(Reach::Here);
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

/// Whether the database does what it is there for: PostgreSQL tells the time, and
/// the node goes by it; SQLite brings a page of its file to the disk.
fn answers(line: &mut Option<Db>, manager: &Manager, clock: &Clock) -> bool {
    if line.is_none() {
        *line = manager.open().ok();
    }
    let Some(db) = line else { return false };
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::time(conn).map(|now| clock.agree(now)).is_some(),
        DbConnection::Sqlite(conn) => {
            let written = sqlite::writes(conn);
            *line = None;
            written
        }
    }
}
