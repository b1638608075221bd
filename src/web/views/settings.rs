//! Setting the house up.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell, Theme, TimeView};
use crate::domain::user::{Notify, NotifyScope, Role};

/// The tabs of the settings, as far as the user may open them.
pub fn settings_menu(shell: &Shell) -> Vec<ChoiceView> {
    let t = shell.t;
    let admin = shell.role.may_administer();
    [
        (admin, "/settings", t.settings_overview()),
        (admin, "/settings/users", t.settings_users()),
        (admin, "/settings/teams", t.settings_teams()),
        (admin, "/settings/inboxes", t.settings_inboxes()),
        (admin, "/settings/calendars", t.settings_calendars()),
        (admin, "/settings/interviewers", t.settings_interviewers()),
        (admin, "/settings/senders", t.settings_senders()),
        (admin, "/settings/templates", t.settings_templates()),
        (admin, "/settings/tags", t.settings_tags()),
        (admin, "/settings/fields", t.settings_fields()),
        (admin, "/settings/links", t.settings_links()),
        (admin, "/settings/mails", t.settings_mails()),
        (admin, "/settings/quarantine", t.settings_quarantine()),
        (shell.role.may_read_audit(), "/settings/audit", t.settings_audit()),
        (admin, "/settings/webhooks", t.settings_webhooks()),
        (admin, "/settings/tokens", t.settings_tokens()),
        (admin, "/settings/sources", t.sources_title()),
    ]
    .into_iter()
    .filter(|(may_open, _, _)| *may_open)
    .map(|(_, value, label)| ChoiceView { value: value.into(), label: label.into(), chosen: false })
    .collect()
}

/// `GET /settings`
#[derive(Template)]
#[template(path = "settings/index.html")]
pub struct SettingsIndexPage {
    pub shell: Shell,
    pub users: u32,
    pub teams: u32,
    pub inboxes: u32,
    pub calendars: u32,
    pub interviewers: u32,
    pub senders: u32,
    pub templates: u32,
    pub tags: u32,
    pub fields: u32,
    pub links: u32,
    /// Requests that wait for somebody to look at them.
    pub quarantine: u32,
    /// Mails that wait or failed.
    pub mails: u32,
    pub webhooks: u32,
    pub tokens: u32,
}

/// `GET /settings/preferences`; `PUT` the same. A field that is not sent stays.
#[derive(Template)]
#[template(path = "settings/preferences.html")]
pub struct PreferencesPage {
    pub shell: Shell,
    pub email: String,
    /// `ja` or `en`.
    pub locale: String,
    pub theme: Theme,
    pub enter_sends: bool,
    pub notify: Notify,
    pub notify_scope: NotifyScope,
    pub sound: bool,
    pub password_min: u32,
    pub quiet: QuietView,
    pub browsers: Vec<BrowserView>,
    /// Whether browsers can be told while henji is not open on them.
    pub push_on: bool,
    pub errors: FormErrors,
}

/// The times somebody keeps for themselves, as they are typed.
pub struct QuietView {
    pub from: String,
    pub to: String,
    pub nights: Vec<WeekdayView>,
    pub days: Vec<WeekdayView>,
    pub zone: String,
    /// Until when they are told nothing, if that is so now.
    pub until: Option<TimeView>,
    pub is_paused: bool,
}

pub struct WeekdayView {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// A browser somebody is signed in on.
pub struct BrowserView {
    pub id: String,
    /// What people call it, where that is known.
    pub name: Option<String>,
    pub seen: TimeView,
    pub is_this: bool,
    /// Whether it is told of new texts while henji is not open on it.
    pub is_told: bool,
}

impl PreferencesPage {
    fn is_theme(&self, theme: &Theme) -> bool {
        self.theme == *theme
    }

    fn is_notify(&self, notify: &Notify) -> bool {
        self.notify == *notify
    }

    fn notify_label(&self, notify: &Notify) -> &'static str {
        let t = self.shell.t;
        match notify {
            Notify::Off => t.preferences_notify_off(),
            Notify::Count => t.preferences_notify_count(),
            Notify::Name => t.preferences_notify_name(),
            Notify::Body => t.preferences_notify_body(),
        }
    }

    fn is_scope(&self, scope: &NotifyScope) -> bool {
        self.notify_scope == *scope
    }

    fn scope_label(&self, scope: &NotifyScope) -> &'static str {
        let t = self.shell.t;
        match scope {
            NotifyScope::Mine => t.preferences_scope_mine(),
            NotifyScope::Ours => t.preferences_scope_ours(),
            NotifyScope::All => t.preferences_scope_all(),
            NotifyScope::Mentions => t.preferences_scope_mentions(),
        }
    }

    fn theme_label(&self, theme: &Theme) -> &'static str {
        match theme {
            Theme::Auto => self.shell.t.preferences_theme_auto(),
            Theme::Light => self.shell.t.preferences_theme_light(),
            Theme::Dark => self.shell.t.preferences_theme_dark(),
        }
    }
}

/// `GET /settings/users`
#[derive(Template)]
#[template(path = "settings/users/index.html")]
pub struct UsersPage {
    pub shell: Shell,
    pub users: Vec<UserRowView>,
    /// The roles that can be shown masked numbers; field `role`, once for each chosen.
    pub roles: Vec<ChoiceView>,
}

#[derive(Clone, Debug)]
pub struct UserRowView {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub inboxes: Vec<String>,
    pub disabled: bool,
    pub last_seen: Option<TimeView>,
}

/// `GET /settings/users/new` (POST `/settings/users`) and
/// `GET /settings/users/{id}/edit` (PUT `/settings/users/{id}`, POST·DELETE `…/disablement`).
#[derive(Template)]
#[template(path = "settings/users/form.html")]
pub struct UserFormPage {
    pub shell: Shell,
    /// `None` for a new user.
    pub id: Option<String>,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The inboxes and whether the user belongs to them; field `inbox`, once for each chosen.
    pub inboxes: Vec<ChoiceView>,
    pub disabled: bool,
    pub is_self: bool,
    pub password_min: u32,
    pub errors: FormErrors,
}

impl UserFormPage {
    fn role_label(&self, role: &Role) -> &'static str {
        self.shell.t.user_role(*role)
    }
}

/// `GET /settings/inboxes`
#[derive(Template)]
#[template(path = "settings/inboxes/index.html")]
pub struct InboxesPage {
    pub shell: Shell,
    pub inboxes: Vec<InboxRowView>,
}

#[derive(Clone, Debug)]
pub struct InboxRowView {
    pub id: String,
    pub name: String,
    pub members: u32,
    pub senders: Vec<String>,
}

/// `GET /settings/inboxes/new` (POST `/settings/inboxes`) and
/// `GET /settings/inboxes/{id}/edit` (PUT `/settings/inboxes/{id}`).
#[derive(Template)]
#[template(path = "settings/inboxes/form.html")]
pub struct InboxFormPage {
    pub shell: Shell,
    pub id: Option<String>,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
    /// 0, 5 or 10 seconds in which a text can be taken back.
    pub undo_seconds: u32,
    /// Field `calendar_id`; none chosen is open at all hours.
    pub calendars: Vec<ChoiceView>,
    pub errors: FormErrors,
}

/// `GET /settings/senders`: provider accounts with what we send from.
#[derive(Template)]
#[template(path = "settings/senders/index.html")]
pub struct SendersPage {
    pub shell: Shell,
    pub accounts: Vec<AccountView>,
    /// Whom the public page names for questions.
    pub inquiries: String,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct AccountView {
    pub id: String,
    /// `simulator` or `twilio`.
    pub kind: String,
    /// The account's own id at the provider, shortened.
    pub label: String,
    pub hooks: HookUrls,
    pub senders: Vec<SenderRowView>,
    pub condition: ConditionView,
    /// Times whose texts may be missing, newest first.
    pub outages: Vec<OutageView>,
}

/// How an account does.
#[derive(Clone, Debug)]
pub struct ConditionView {
    /// Whether it works, in words, and when somebody asked; `None` before anybody did.
    pub check: Option<(bool, String, TimeView)>,
    pub last_inbound: Option<TimeView>,
    pub last_sent: Option<TimeView>,
    pub last_failure: Option<(String, TimeView)>,
}

/// A time in which nobody took webhooks.
#[derive(Clone, Debug)]
pub struct OutageView {
    pub began: TimeView,
    pub ended: TimeView,
}

/// What to enter at the provider.
#[derive(Clone, Debug)]
pub struct HookUrls {
    pub inbound: String,
    pub receipts: String,
    /// Where the provider has phone calls.
    pub voice: Option<String>,
}

#[derive(Clone, Debug)]
pub struct SenderRowView {
    pub id: String,
    pub address: String,
    pub inbox_name: String,
    pub send_only: bool,
}

/// `GET /settings/senders/{id}/edit` (PUT `/settings/senders/{id}`): what the public page
/// says of a number.
#[derive(Template)]
#[template(path = "settings/senders/notice.html")]
pub struct SenderNoticePage {
    pub shell: Shell,
    pub id: String,
    pub address: String,
    pub purposes: Vec<ChoiceView>,
    pub takes_calls: bool,
    pub sample: String,
    /// Field, carrier and what that shows.
    pub carriers: Vec<(&'static str, &'static str, String)>,
    pub errors: FormErrors,
}

/// `GET /settings/senders/new` (POST `/settings/senders`): a Twilio account and its sender.
#[derive(Template)]
#[template(path = "settings/senders/new.html")]
pub struct NewSenderPage {
    pub shell: Shell,
    pub inboxes: Vec<ChoiceView>,
    pub account_sid: String,
    pub sender: String,
    pub errors: FormErrors,
}

/// `GET /settings/accounts/{id}/edit` (PUT `/settings/accounts/{id}`).
#[derive(Template)]
#[template(path = "settings/senders/account.html")]
pub struct AccountFormPage {
    pub shell: Shell,
    pub id: String,
    /// The account's own id at the provider, shortened.
    pub label: String,
    /// Whether it sends with an API key beside the auth token.
    pub has_shared_key: bool,
    /// Field `keep_previous`.
    pub keeps_previous: bool,
    pub errors: FormErrors,
}

/// `GET /settings/quarantine`; `POST /settings/quarantine/{id}/replay`, `DELETE /settings/quarantine/{id}`.
#[derive(Template)]
#[template(path = "settings/quarantine.html")]
pub struct QuarantinePage {
    pub shell: Shell,
    pub items: Vec<QuarantineRowView>,
    pub next: Option<String>,
}

#[derive(Clone, Debug)]
pub struct QuarantineRowView {
    pub id: String,
    pub at: TimeView,
    /// `twilio · inbound`
    pub route: String,
    pub problem: String,
    /// The request as it came.
    pub request: String,
    /// A phone call is over when somebody looks.
    pub can_replay: bool,
    /// What became of it, once somebody looked.
    pub outcome: Option<String>,
    /// Why what was just tried with it was refused.
    pub refusal: Option<String>,
}

/// `GET /settings/audit`
#[derive(Template)]
#[template(path = "settings/audit.html")]
pub struct AuditPage {
    pub shell: Shell,
    pub form: AuditForm,
    pub entries: Vec<AuditRowView>,
    pub next: Option<String>,
}

/// What the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct AuditForm {
    /// Field `actor`.
    pub actors: Vec<ChoiceView>,
    /// Field `action`: a thing, or one action.
    pub actions: Vec<ChoiceView>,
    /// `2026-11-22`, or empty.
    pub since: String,
    pub until: String,
    /// Id and name of the one thing it is about.
    pub object: Option<(String, String)>,
    pub is_narrowed: bool,
}

#[derive(Clone, Debug)]
pub struct AuditRowView {
    pub number: i64,
    pub at: TimeView,
    pub actor: String,
    pub action: String,
    pub object: String,
    /// Where the log shows only what this one did.
    pub of_actor: String,
    pub of_action: String,
    pub of_object: Option<String>,
    pub origin: Option<String>,
}

/// `GET /settings/sources`; `POST` makes one, `DELETE /settings/sources/{id}` removes it.
#[derive(Template)]
#[template(path = "settings/sources.html")]
pub struct SourcesPage {
    pub shell: Shell,
    pub sources: Vec<SourceRowView>,
    /// The secret of the one just made, shown this once.
    pub fresh: Option<String>,
    pub name: String,
    pub inboxes: Vec<ChoiceView>,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct SourceRowView {
    pub id: String,
    pub name: String,
    pub inbox: String,
    pub url: String,
    pub created: TimeView,
}

/// `GET /settings/tokens`; `POST` makes one, `DELETE /settings/tokens/{id}` revokes.
#[derive(Template)]
#[template(path = "settings/tokens.html")]
pub struct TokensPage {
    pub shell: Shell,
    pub tokens: Vec<TokenRowView>,
    /// The token just made, shown this once.
    pub fresh: Option<String>,
    pub name: String,
    /// Field `scope`, once for each chosen.
    pub scopes: Vec<ChoiceView>,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct TokenRowView {
    pub id: String,
    pub name: String,
    pub scopes: String,
    pub created: TimeView,
    pub expires: Option<TimeView>,
    pub revoked: bool,
}
