//! Signing in and the first run.

use askama::Template;

use super::{hooks, shell};
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let csrf = || "token-of-the-form".to_owned();
    let errors = FormErrors::of("password", t.field_password_short(12));
    let sign_in = NewSessionPage {
        t,
        csrf: csrf(),
        organization: Some("青葉コールセンター".into()),
        email: "sato@example.jp".into(),
        return_to: Some("/conversations/1".into()),
        errors: FormErrors { summary: Some(t.session_wrong().into()), fields: vec![] },
    };
    let offline = OfflinePage { t };
    let organization = OrganizationPage {
        t,
        csrf: csrf(),
        token: "tok".into(),
        name: String::new(),
        locale: t.tag().into(),
        time_zone: "Asia/Tokyo".into(),
        inbox_name: "お客様窓口".into(),
        errors: FormErrors::none(),
    };
    let administrator = AdministratorPage {
        t,
        csrf: csrf(),
        token: "tok".into(),
        name: "鈴木 一郎".into(),
        email: "suzuki@example.jp".into(),
        password_min: 12,
        errors,
    };
    let provider = |kind: &str| ProviderPage {
        t,
        csrf: csrf(),
        token: "tok".into(),
        kind: kind.into(),
        simulator_sender: "0005-123456".into(),
        account_sid: String::new(),
        sender: String::new(),
        errors: FormErrors::none(),
    };
    let step = |label: &str, done| StartStep { label: label.into(), href: "/sim".into(), done };
    let start = StartPage {
        shell: shell(t),
        steps: vec![
            step(t.setup_todo_inbound(), true),
            step(t.setup_todo_answer(), false),
            step(t.setup_todo_note(), false),
            step(t.setup_todo_close(), false),
            step(t.setup_todo_invite(), false),
        ],
        hooks: Some(hooks()),
    };
    vec![
        ("sign-in", sign_in.render().unwrap()),
        ("offline", offline.render().unwrap()),
        ("setup-1", organization.render().unwrap()),
        ("setup-2", administrator.render().unwrap()),
        ("setup-3", provider("simulator").render().unwrap()),
        ("setup-3-twilio", provider("twilio").render().unwrap()),
        ("setup-4", start.render().unwrap()),
    ]
}
