//! The first minutes of an installation: organisation, administrator, inbox and
//! a way to send. The pages and `henji init` are two doors to the same verb.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::{InboxId, UserId};
use crate::domain::user::{Caller, Role};
use crate::providers::Settings;
use crate::store::audit::Object;
use crate::store::inboxes::{self, Inbox};
use crate::store::organization::{self, Organization};
use crate::store::provider_accounts::ProviderAccount;
use crate::store::senders::Sender;
use crate::store::{set_up_links, users};

use super::people::{self, NewUser};
use super::settings::{self, NewAccount};
use super::{ActionError, Problem};

pub mod links;

/// Everything set-up asks for.
#[derive(Clone, Debug)]
pub struct Answers {
    pub organization: String,
    pub admin_name: String,
    pub admin_email: String,
    pub admin_password: String,
    pub inbox: String,
    pub locale: String,
    pub time_zone: String,
    pub provider: String,
    pub settings: Settings,
    /// Our number; the simulator has one if none is given.
    pub sender: Option<String>,
}

/// What set-up made.
#[derive(Clone, Debug)]
pub struct House {
    pub admin: UserId,
    pub inbox: InboxId,
    pub account: ProviderAccount,
    pub sender: Sender,
}

/// The simulator's number where nobody names one: 050, which no handset has.
pub const SIMULATED_SENDER: &str = "05012345678";
/// An SMS cannot be taken back; five seconds to change one's mind (ui.md 4.5).
const UNDO_SECONDS: i32 = 5;

/// Sets the house up, once.
///
/// # Errors
/// `TooLate` if an administrator exists; `Invalid` names the field to mend, and
/// nothing was written then.
pub async fn run(app: &App, caller: Caller, answers: Answers) -> Result<House, ActionError> {
    check_organization(&answers.organization)?;
    check_inbox_name(&answers.inbox)?;
    let admin = people::checked(
        app,
        NewUser {
            email: answers.admin_email.clone(),
            name: answers.admin_name.clone(),
            role: Role::Admin,
            password: answers.admin_password.clone(),
            locale: answers.locale.clone(),
        },
        &answers.organization,
    )
    .await?;
    let simulated = answers.sender.is_none() && answers.provider == "simulator";
    let account = settings::checked(
        app,
        NewAccount {
            kind: answers.provider.clone(),
            settings: answers.settings.clone(),
            sender: match &answers.sender {
                None if simulated => SIMULATED_SENDER.to_owned(),
                sender => sender.clone().unwrap_or_default(),
            },
        },
    )?;
    let house = app
        .store
        .write(move |tx| {
            if users::an_admin_exists(tx)? {
                return Err(ActionError::TooLate);
            }
            let now = tx.now;
            set_up_links::delete_all(tx)?;
            let organization = Organization {
                name: answers.organization.trim().to_owned(),
                locale: answers.locale.clone(),
                time_zone: answers.time_zone.clone(),
            };
            organization::save(tx, &organization, now)?;
            users::insert(tx, &admin, now)?;
            let inbox = Inbox {
                id: fresh_id(),
                name: answers.inbox.trim().to_owned(),
                locale: answers.locale.clone(),
                time_zone: answers.time_zone.clone(),
                undo_seconds: UNDO_SECONDS,
                calendar_id: None,
            };
            inboxes::insert(tx, &inbox, now)?;
            users::add_membership(tx, inbox.id, admin.id, now)?;
            let sender = settings::insert_account(tx, &account, inbox.id)?;
            tx.audit(&caller.actor, "house.set_up", Object::new("user", admin.id.0));
            let account = account.account.clone();
            Ok(House { admin: admin.id, inbox: inbox.id, account, sender })
        })
        .await?;
    settings::tell_simulator(app, house.account.clone()).await?;
    Ok(house)
}

/// Whether the name can stand; set-up's first page asks before going on.
pub fn check_organization(name: &str) -> Result<(), ActionError> {
    check_name("organization", name)
}

pub fn check_inbox_name(name: &str) -> Result<(), ActionError> {
    check_name("inbox", name)
}

pub(super) fn check_name(field: &'static str, name: &str) -> Result<(), ActionError> {
    const LONGEST: usize = 100;
    match name.trim().chars().count() {
        0 => Err(ActionError::invalid(field, Problem::Missing)),
        // Nothing a person types; PostgreSQL takes no NUL either.
        _ if name.trim().contains(char::is_control) => {
            Err(ActionError::invalid(field, Problem::Malformed))
        }
        1..=LONGEST => Ok(()),
        _ => Err(ActionError::invalid(field, Problem::TooLong)),
    }
}
