//! `henji audit verify`

use std::process::ExitCode;

use super::{open, output};
use crate::config::Config;
use crate::store::audit::{self, Verdict};

/// Walks the chain of hashes; names the first entry that does not fit it.
pub async fn verify(config: Config) -> anyhow::Result<ExitCode> {
    let app = open(config).await?;
    match app.store.read(audit::verify).await? {
        Verdict::Intact { entries } => {
            output::line(format_args!("{entries} entries, the chain is intact"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { seq } => {
            output::line(format_args!(
                "entry {seq} is broken: it, or what came before it, was changed, removed or slipped in"
            ))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
