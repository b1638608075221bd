//! `start`: from exec to the first answer, over a house in use.

use serde_json::json;

use super::histogram::rounded;
use super::machine::usage;
use super::stage::Stage;
use super::{Plan, report};
use crate::cli::demo;

const ROUNDS: usize = 7;

pub async fn run(plan: &Plan) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    demo::fill(&app, plan.messages, 1).await?;
    drop(app);
    let (mut times, mut rss) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let server = stage.serve().await?;
        times.push(server.first_answer.as_secs_f64() * 1_000.0);
        rss = usage(server.pid()).map_or(0, |usage| usage.rss_kb);
    }
    times.sort_by(f64::total_cmp);
    report(json!({
        "bench": "start",
        "database": plan.database(),
        "messages": plan.messages,
        "rounds": ROUNDS,
        "exec_to_200_ms": {
            "least": rounded(times[0]),
            "median": rounded(times[ROUNDS / 2]),
            "most": rounded(times[ROUNDS - 1]),
        },
        "server_rss_mb": rss / 1024,
    }))
}
