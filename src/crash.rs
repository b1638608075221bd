//! Places where a test lets the process die, to see what is left of its work (R4).
//!
//! In a debug build `TEST_CRASH_AT=<place>:<n>` aborts at the n-th time that place
//! is passed: no farewell, nothing flushed. A release build knows nothing of it.

/// Where between claiming a text and recording its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The claim is written and not committed.
    Claiming,
    /// The attempt is on disk.
    Claimed,
    /// The provider is about to be called.
    Calling,
    /// The provider has the text and has not said so.
    Taken,
    /// The provider's answer is known here and nowhere else.
    Answered,
    /// The outcome is about to be written.
    Settling,
    /// The outcome is written and not committed.
    Settled,
    /// The outcome is on disk.
    Recorded,
}

/// Dies here, if a test wants that.
#[cfg(debug_assertions)]
pub fn at(place: Place) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static WANTED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
        let wanted = std::env::var("TEST_CRASH_AT").ok()?;
        let (place, count) = wanted.split_once(':')?;
        Some((place.to_owned(), count.parse().ok()?))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);
    if let Some((wanted, count)) = &*WANTED
        && *wanted == format!("{place:?}")
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *count
    {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn at(_place: Place) {}
