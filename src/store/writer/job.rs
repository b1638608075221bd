//! What waits in the writer's queue: one closure, or many items for one closure.

use std::any::{Any, TypeId};
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::TransactionManager;
use tokio::sync::oneshot;

use super::{Transactions, Tx, busy, is_collision};
use crate::store::error::StoreError;

/// One queued closure and where its answer goes.
pub(in crate::store) trait Job: Send {
    /// Runs the work; true if its changes shall stay.
    fn run(&mut self, tx: &mut Tx) -> Ran;
    /// Gives the answer, now that the transaction is on disk or lost.
    fn answer(self: Box<Self>, lost: Option<StoreError>);
    /// What it can be merged with: jobs of the same kind run as one.
    fn kind(&self) -> Option<Kind> {
        None
    }
    /// Takes over the items of a job of the same kind.
    fn merge(&mut self, _other: Box<dyn Any>) {}
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// Names the work of a [`Many`] and the types it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Kind {
    types: TypeId,
    work: usize,
}

#[derive(PartialEq)]
pub(in crate::store) enum Ran {
    Keep,
    RollBack,
    /// Another transaction was in the way; the same work may be run again.
    Again,
    /// The database went away under it.
    Lost,
}

impl Ran {
    /// What becomes of work that ended with `error`.
    fn after(error: &impl AsStoreError) -> Self {
        match error.as_store_error() {
            Some(error) if is_collision(error) => Self::Again,
            Some(StoreError::Away(_)) => Self::Lost,
            _ => Self::RollBack,
        }
    }
}

pub(in crate::store) struct Work<F, T, E> {
    pub work: F,
    pub outcome: Option<Result<T, E>>,
    pub reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + AsStoreError + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> Ran {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
            .unwrap_or_else(|_panic| Err(StoreError::Panicked.into()));
        let ran = match &outcome {
            Ok(_) => Ran::Keep,
            Err(error) => Ran::after(error),
        };
        self.outcome = Some(outcome);
        ran
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        let outcome = match (self.outcome, lost) {
            (Some(Err(error)), None) => Err(error),
            // Its own verdict stands, unless that was about the database too.
            (Some(Err(error)), Some(_)) if Ran::after(&error) == Ran::RollBack => Err(error),
            (_, Some(error)) => Err(error.into()),
            (Some(outcome), None) => outcome,
            (None, None) => Err(StoreError::Stopped.into()),
        };
        // A caller that has gone away is none of the writer's business.
        drop(self.reply.send(outcome));
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Work that takes many items as easily as one: what waits for it is merged, so
/// that its statements are sent once for all.
pub(in crate::store) struct Many<I, T, E> {
    pub work: ManyWork<I, T, E>,
    pub items: Vec<I>,
    pub replies: Vec<oneshot::Sender<Result<T, E>>>,
    pub outcomes: Vec<Result<T, E>>,
}

/// One outcome an item, in their order; an error is about all of them.
pub type ManyWork<I, T, E> = fn(&mut Tx, &[I]) -> Result<Vec<T>, E>;

impl<I, T, E> Many<I, T, E>
where
    E: From<StoreError> + AsStoreError,
{
    /// All at once; if that fails, one by one, so that a bad one fails alone.
    fn attempt(&self, tx: &mut Tx) -> Result<Vec<Result<T, E>>, E> {
        let together = in_savepoint(tx, |tx| (self.work)(tx, &self.items));
        match together {
            Ok(outcomes) => Ok(outcomes.into_iter().map(Ok).collect()),
            Err(error) if Ran::after(&error) != Ran::RollBack => Err(error),
            Err(error) if self.items.len() == 1 => Ok(vec![Err(error)]),
            Err(_) => self.one_by_one(tx),
        }
    }

    fn one_by_one(&self, tx: &mut Tx) -> Result<Vec<Result<T, E>>, E> {
        let mut outcomes = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let alone = in_savepoint(tx, |tx| (self.work)(tx, std::slice::from_ref(item)));
            match alone {
                Err(error) if Ran::after(&error) != Ran::RollBack => return Err(error),
                Ok(mut outcome) => {
                    outcomes.push(outcome.pop().ok_or_else(|| StoreError::Stopped.into()));
                }
                Err(error) => outcomes.push(Err(error)),
            }
        }
        Ok(outcomes)
    }
}

impl<I, T, E> Job for Many<I, T, E>
where
    I: Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + AsStoreError + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> Ran {
        match self.attempt(tx) {
            Ok(outcomes) => self.outcomes = outcomes,
            Err(error) => return Ran::after(&error),
        }
        if self.outcomes.iter().any(Result::is_ok) { Ran::Keep } else { Ran::RollBack }
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        let mut outcomes = self.outcomes.into_iter();
        for reply in self.replies {
            let outcome = match (outcomes.next(), &lost) {
                (Some(Err(error)), _) if Ran::after(&error) == Ran::RollBack => Err(error),
                (Some(outcome), None) => outcome,
                (_, Some(StoreError::Away(_))) => Err(StoreError::away().into()),
                (_, Some(_)) => Err(busy().into()),
                (None, None) => Err(StoreError::Stopped.into()),
            };
            // A caller that has gone away is none of the writer's business.
            drop(reply.send(outcome));
        }
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind { types: TypeId::of::<Self>(), work: self.work as usize })
    }

    fn merge(&mut self, other: Box<dyn Any>) {
        if let Ok(other) = other.downcast::<Self>() {
            self.items.extend(other.items);
            self.replies.extend(other.replies);
        }
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Runs `work` so that its failure, or panic, undoes nothing but itself.
fn in_savepoint<T, E>(tx: &mut Tx, work: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mark = tx.mark();
    Transactions::begin_transaction(&mut tx.db.conn).map_err(StoreError::from)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(tx)))
        .unwrap_or_else(|_panic| Err(StoreError::Panicked.into()));
    match outcome {
        Ok(value) => {
            Transactions::commit_transaction(&mut tx.db.conn).map_err(StoreError::from)?;
            Ok(value)
        }
        Err(error) => {
            tx.forget_after(mark);
            Transactions::rollback_transaction(&mut tx.db.conn).map_err(StoreError::from)?;
            Err(error)
        }
    }
}

/// Lets the writer see whether an action's error is a collision of transactions.
pub trait AsStoreError {
    fn as_store_error(&self) -> Option<&StoreError>;
}

impl AsStoreError for StoreError {
    fn as_store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}
