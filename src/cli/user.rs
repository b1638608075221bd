//! `henji user add`, `henji user disable`

use super::{UserAdd, input, open, output};
use crate::actions::people::{self, NewUser};
use crate::actions::{ActionError, Problem};
use crate::config::Config;
use crate::domain::user::{Actor, Caller};
use crate::password::{MIN_LENGTH, MIN_LENGTH_ADMIN};

/// Adds somebody who signs in; prints their id.
pub async fn add(config: Config, asked: UserAdd) -> anyhow::Result<()> {
    let password = input::secret("the password")?;
    let locale = config.language.language.code().to_owned();
    let app = open(config).await?;
    let new = NewUser { email: asked.email, name: asked.name, role: asked.role, password, locale };
    let id = people::add(&app, Caller::house(Actor::operator()), new, asked.inboxes)
        .await
        .map_err(explained)?;
    output::line(id)?;
    Ok(())
}

/// Shuts somebody out; a running server closes their pages within a second.
pub async fn disable(config: Config, email: String) -> anyhow::Result<()> {
    let app = open(config).await?;
    people::disable(&app, Caller::house(Actor::operator()), email.clone()).await.map_err(|error| {
        match error {
            ActionError::Invalid { field: "email", problem: Problem::Unknown } => {
                anyhow::anyhow!("nobody signs in as {email}")
            }
            ActionError::Invalid { field: "role", .. } => anyhow::anyhow!(
                "{email} is the only administrator; add another one first, \
                 or nobody could let anybody in"
            ),
            other => other.into(),
        }
    })
}

/// The error with what the command line can do about it.
pub fn explained(error: ActionError) -> anyhow::Error {
    match error {
        ActionError::Invalid { field: "password", problem: Problem::TooShort } => anyhow::anyhow!(
            "password: is too short; {MIN_LENGTH} characters or more, \
             {MIN_LENGTH_ADMIN} for an administrator"
        ),
        ActionError::Invalid { field: "password", problem: Problem::Guessable } => anyhow::anyhow!(
            "password: is too easy to guess; leave out names, the organisation and common patterns"
        ),
        ActionError::Invalid { field: "email", problem: Problem::Taken } => {
            anyhow::anyhow!("email: somebody signs in with it already")
        }
        other => other.into(),
    }
}
