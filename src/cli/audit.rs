//! `henji audit verify`

use std::process::ExitCode;

use super::{open, output};
use crate::config::Config;
use crate::store::audit::{self, Verdict};

/// Walks the chain of hashes; names the first entry that does not fit it.
pub async fn verify(config: Config) -> anyhow::Result<ExitCode> {
    let app = open(config).await?;
    let verdict = app.store.read(audit::verify).await?;
    output::line(verdict)?;
    Ok(match verdict {
        Verdict::Intact { .. } => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
