//! `henji search rebuild`

use std::time::{Duration, Instant};

use super::{open, output};
use crate::config::Config;
use crate::jobs::search::run_one;
use crate::store::search::Step;

/// Between two lines that say how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Makes the index anew. A server beside it may take steps of the same work;
/// killed at any moment, the next start goes on with it.
pub async fn rebuild(config: Config) -> anyhow::Result<()> {
    let app = open(config).await?;
    let started = Instant::now();
    let search = app.store.search();
    app.store.read(move |_| search.forget()).await?;
    let mut told = Instant::now();
    loop {
        let step = run_one(&app).await?;
        let search = app.store.search();
        let progress = app.store.read(move |db| search.progress(db)).await?;
        if step == Step::Idle && progress.is_complete {
            break;
        }
        if step == Step::Idle {
            // The server has the next step in hand.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if told.elapsed() >= TELL {
            told = Instant::now();
            output::line(format_args!("{} messages so far", progress.messages))?;
        }
    }
    let search = app.store.search();
    let (messages, conversations) = app.store.read(move |db| search.count(db)).await?;
    let seconds = started.elapsed().as_secs_f64();
    output::line(format_args!(
        "{messages} messages and {conversations} conversations in {seconds:.1} s"
    ))?;
    Ok(())
}
