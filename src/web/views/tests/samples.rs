//! Every page, filled with what an office could hold.

use askama::Template;

use crate::domain::segment::LengthProfile;
use crate::domain::user::{Notify, NotifyScope, Role};
use crate::locale::Locale;
use crate::web::views::*;

mod applications;
mod appointments;
mod automatic_replies;
mod calendars;
mod contacts;
mod escalation;
mod fields;
mod first;
mod inbox;
mod interviewers;
mod interviews;
mod menus;
mod reports;
mod search;
mod settings;
mod simulator;
mod teams;
mod texts;
mod webhooks;

pub use inbox::{conflict, head, line, messages, row, thread};

/// (name, HTML) of every page in `t`.
pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let mut pages = inbox::pages(t);
    pages.extend(contacts::pages(t));
    pages.extend(first::pages(t));
    pages.extend(reports::pages(t));
    pages.extend(search::pages(t));
    pages.extend(settings::pages(t));
    pages.extend(calendars::pages(t));
    pages.extend(teams::pages(t));
    pages.extend(texts::pages(t));
    pages.extend(automatic_replies::pages(t));
    pages.extend(escalation::pages(t));
    pages.extend(fields::pages(t));
    pages.extend(menus::pages(t));
    pages.extend(applications::pages(t));
    pages.extend(appointments::pages(t));
    pages.extend(interviewers::pages(t));
    pages.extend(interviews::pages(t));
    pages.extend([403, 404, 409, 422, 429, 500, 503].map(|status| error_page(t, status)));
    pages
}

fn error_page(t: Locale, status: u16) -> (&'static str, String) {
    let page = ErrorPage {
        t,
        status,
        detail: None,
        request_id: (status == 500).then(|| "0199a0c2".into()),
        retry_after: (status == 429).then_some(30),
    };
    let name = match status {
        403 => "error-403",
        404 => "error-404",
        409 => "error-409",
        422 => "error-422",
        429 => "error-429",
        500 => "error-500",
        _ => "error-503",
    };
    (name, page.render().unwrap())
}

pub fn shell(t: Locale) -> Shell {
    Shell {
        t,
        csrf: "token-of-the-session".into(),
        user: person("u1", "佐藤 花"),
        role: Role::Admin,
        theme: Theme::Auto,
        enter_sends: false,
        notify: Notify::Name,
        notify_scope: NotifyScope::Ours,
        sound: false,
        quiet: Some("1795301400-1795333800".into()),
        push: Some("BElinX5Ul6K".into()),
        event: 1240,
        nav: Nav::Inbox,
        waiting: 3,
        notice: None,
        alarm: None,
        simulator: true,
        reports: true,
        menus: true,
        appointments: true,
        busy: vec![BusyView {
            id: "f1".into(),
            name: "代表電話".into(),
            since: t.menu_switched_on("11/23(月) 14:02", "佐藤 花"),
        }],
        shared_machine: false,
    }
}

fn hooks() -> HookUrls {
    HookUrls {
        inbound: "https://sms.example.jp/hooks/twilio/0f3c…/inbound".into(),
        receipts: "https://sms.example.jp/hooks/twilio/0f3c…/receipts".into(),
        voice: Some("https://sms.example.jp/hooks/twilio/0f3c…/voice".into()),
    }
}

fn inbox(id: &str, name: &str) -> InboxChoice {
    let senders = vec![sender("s1", "0005-123456", false), sender("s2", "AOBA", true)];
    InboxChoice { id: id.into(), name: name.into(), senders }
}

fn sender(id: &str, address: &str, send_only: bool) -> SenderChoice {
    let profile = LengthProfile::STANDARD;
    SenderChoice { id: id.into(), address: address.into(), send_only, profile }
}

fn person(id: &str, name: &str) -> PersonView {
    PersonView { id: id.into(), name: name.into() }
}

fn time(shown: &str) -> TimeView {
    TimeView { iso: "2026-11-21T14:02:00+09:00".into(), shown: shown.into() }
}

fn waiting(shown: String) -> TimeView {
    TimeView { iso: "2026-11-21T13:50:00+09:00".into(), shown }
}
