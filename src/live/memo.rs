//! Work done once for many watchers.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

/// Remembers the newest results, so that a fragment shown on a thousand screens
/// is read and rendered once per (event, locale, role) (ui.md 4.3).
///
/// While one caller works, others who want the same wait for it; an error is
/// not remembered.
#[derive(Debug)]
pub struct Memo<K, V> {
    cells: Mutex<Cells<K, V>>,
    capacity: usize,
}

#[derive(Debug)]
struct Cells<K, V> {
    by_key: HashMap<K, Arc<OnceCell<V>>>,
    oldest_first: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V: Clone> Memo<K, V> {
    pub fn new(capacity: usize) -> Self {
        let cells = Cells { by_key: HashMap::new(), oldest_first: VecDeque::new() };
        Self { cells: Mutex::new(cells), capacity }
    }

    /// The result for `key`, made by `work` unless it is remembered.
    pub async fn get<E, F: Future<Output = Result<V, E>>>(
        &self,
        key: K,
        work: impl FnOnce() -> F,
    ) -> Result<V, E> {
        self.cell(key).get_or_try_init(work).await.cloned()
    }

    /// Remembers a result that was made beforehand, unless there is one already.
    pub fn keep(&self, key: K, value: V) {
        // Whoever is making the same at this moment is as good.
        let _ = self.cell(key).set(value);
    }

    fn cell(&self, key: K) -> Arc<OnceCell<V>> {
        let mut cells = self.cells.lock().expect("no code panics while it holds the memo");
        if let Some(cell) = cells.by_key.get(&key) {
            return cell.clone();
        }
        if cells.oldest_first.len() >= self.capacity
            && let Some(oldest) = cells.oldest_first.pop_front()
        {
            cells.by_key.remove(&oldest);
        }
        let cell = Arc::new(OnceCell::new());
        cells.by_key.insert(key.clone(), cell.clone());
        cells.oldest_first.push_back(key);
        cell
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn the_work_is_done_once_for_all_who_ask() {
        let (memo, done) = (Memo::new(8), Cell::new(0));
        let ask = || {
            memo.get(1, || async {
                tokio::task::yield_now().await;
                done.set(done.get() + 1);
                Ok::<_, ()>("html")
            })
        };
        assert_eq!(tokio::join!(ask(), ask(), ask()), (Ok("html"), Ok("html"), Ok("html")));
        assert_eq!(done.get(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_tried_again() {
        let memo = Memo::new(8);
        assert_eq!(memo.get(1, || async { Err::<i32, _>("busy") }).await, Err("busy"));
        assert_eq!(memo.get(1, || async { Ok::<_, &str>(2) }).await, Ok(2));
    }

    #[tokio::test]
    async fn only_the_newest_are_kept() {
        let memo = Memo::new(2);
        for key in 1..=3 {
            assert_eq!(memo.get(key, || async { Ok::<_, ()>(key) }).await, Ok(key));
        }
        assert_eq!(memo.get(3, || async { Ok::<_, ()>(0) }).await, Ok(3));
        assert_eq!(memo.get(1, || async { Ok::<_, ()>(0) }).await, Ok(0));
    }
}
