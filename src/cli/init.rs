//! `henji init`: the set-up pages, for scripts.

use anyhow::anyhow;

use super::provider::{Added, explained};
use super::{Init, input, open, user};
use crate::actions::ActionError;
use crate::actions::set_up::{self, Answers};
use crate::config::Config;
use crate::domain::user::{Actor, Caller};
use crate::providers::Settings;

pub async fn run(config: Config, asked: Init) -> anyhow::Result<()> {
    let admin_password = input::secret("the administrator's password")?;
    let language = config.language.clone();
    let app = open(config).await?;
    let answers = Answers {
        organization: asked.organization,
        admin_name: asked.admin_name,
        admin_email: asked.admin_email,
        admin_password,
        inbox: asked.inbox,
        locale: language.language.code().to_owned(),
        time_zone: language.time_zone.name().to_owned(),
        provider: asked.provider.clone(),
        settings: Settings::new(),
        sender: asked.sender,
    };
    let house = match set_up::run(&app, Caller::house(Actor::operator()), answers).await {
        Err(ActionError::TooLate) => {
            return Err(anyhow!(
                "this installation is already set up; sign in, or give HENJI_DATA_DIR or \
                 HENJI_DATABASE_URL another place"
            ));
        }
        Err(error @ ActionError::Invalid { field: "password", .. }) => {
            return Err(user::explained(error));
        }
        set_up => {
            set_up.map_err(|error| explained(&app, &asked.provider, &Settings::new(), error))?
        }
    };
    let mut added = Added::of(&app, &house.account, &house.sender);
    added.admin_user_id = Some(house.admin.to_string());
    added.print(asked.json)
}
