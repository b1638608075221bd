//! `henji token add`

use super::{TokenAdd, open, output};
use crate::actions::settings;
use crate::config::Config;
use crate::domain::user::{Actor, Caller};

/// Prints the token and nothing else: it is shown here and never again.
pub async fn add(config: Config, asked: TokenAdd) -> anyhow::Result<()> {
    let app = open(config).await?;
    let caller = Caller::house(Actor::operator());
    let (_, secret) = settings::add_token(&app, caller, asked.name, asked.scopes).await?;
    output::line(secret)?;
    Ok(())
}
