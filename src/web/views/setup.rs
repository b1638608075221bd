//! The four pages of the first run.

use askama::Template;

use super::{FormErrors, Shell};
use crate::locale::Locale;

/// ① `GET /setup/organization?token=`
#[derive(Template)]
#[template(path = "setup/organization.html")]
pub struct OrganizationPage {
    pub t: Locale,
    pub csrf: String,
    /// The single-use token of the printed link; carried from page to page.
    pub token: String,
    pub name: String,
    /// `ja` or `en`.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// The first inbox's name.
    pub inbox_name: String,
    pub errors: FormErrors,
}

/// ② `GET /setup/administrator?token=`
#[derive(Template)]
#[template(path = "setup/administrator.html")]
pub struct AdministratorPage {
    pub t: Locale,
    pub csrf: String,
    pub token: String,
    pub name: String,
    pub email: String,
    /// The shortest password taken.
    pub password_min: u32,
    pub errors: FormErrors,
}

/// ③ `GET /setup/provider?token=`; the simulator is chosen already.
#[derive(Template)]
#[template(path = "setup/provider.html")]
pub struct ProviderPage {
    pub t: Locale,
    pub csrf: String,
    pub token: String,
    /// `simulator` or `twilio`.
    pub kind: String,
    /// The simulated number.
    pub simulator_sender: String,
    pub account_sid: String,
    /// The number or name texts go out from.
    pub sender: String,
    pub errors: FormErrors,
}

/// ④ `GET /setup/start`: signed in already; what to try now.
#[derive(Template)]
#[template(path = "setup/start.html")]
pub struct StartPage {
    pub shell: Shell,
    pub steps: Vec<StartStep>,
    /// `None` with the simulator; else what to enter at the provider.
    pub hooks: Option<super::HookUrls>,
}

/// One thing to try, ticked off once it was done.
#[derive(Clone, Debug)]
pub struct StartStep {
    pub label: String,
    pub href: String,
    pub done: bool,
}
