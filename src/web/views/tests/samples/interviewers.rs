//! Interviewers and their calendars.

use askama::Template;

use super::{shell, time};
use crate::domain::user::Role;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let shell = || Shell { nav: Nav::Settings, ..shell(t) };
    let row = |id: &str, name: &str, state, is_bad| InterviewerRowView {
        id: id.into(),
        name: name.into(),
        email: "sato@example.jp".into(),
        state,
        is_bad,
    };
    let index = |role, interviewers: Vec<InterviewerRowView>| InterviewersPage {
        shell: Shell { role, ..shell() },
        is_one: role == Role::Admin,
        interviewers,
        name: String::new(),
        email: "sato".into(),
        errors: FormErrors::of("email", t.problem_not_an_address()),
    };
    let people = vec![
        row("i1", "佐藤 花", t.interviewers_state_good(), false),
        row("i2", "鈴木 一郎", t.interviewers_state_bad(), true),
        row("i3", "noname@example.com", t.interviewers_state_none(), false),
    ];
    let calendar = |id: &str, trouble, unread: Option<u32>| OwnCalendarView {
        id: id.into(),
        kind: t.interviewers_kind_feed(),
        place: "https://calendar.google.com".into(),
        trouble,
        state: t.interviewers_read_at("11月21日(土) 14:02"),
        unread: unread.map(|n| t.interviewers_unread(n)),
    };
    let show = |calendars, fresh: Option<&str>, errors| InterviewerPage {
        shell: shell(),
        id: "i1".into(),
        name: "佐藤 花".into(),
        own_name: "佐藤 花".into(),
        is_met: fresh.is_some(),
        email: "sato@example.jp".into(),
        calendars,
        feed_made: fresh.map(|_| time("11月21日(土)")),
        fresh: fresh.map(str::to_owned),
        kinds: vec![ChoiceView {
            value: "feed".into(),
            label: t.interviewers_kind_feed().into(),
            chosen: true,
        }],
        url: "http://intranet/a.ics".into(),
        user: String::new(),
        errors,
    };
    let calendars = vec![
        calendar("c1", None, Some(2)),
        calendar("c2", Some(t.interviewers_error_sign_in()), None),
    ];
    let wrong = FormErrors::of("url", t.interviewers_url_not_reachable());
    let fresh = Some("https://henji.example.jp/feeds/4Jr0b1c94Jr0b1c94Jr0b1c94Jr0b1c9.ics");
    vec![
        ("interviewers", index(Role::Admin, people).render().unwrap()),
        ("interviewers-own", index(Role::Agent, vec![]).render().unwrap()),
        ("interviewer", show(calendars, fresh, wrong).render().unwrap()),
        ("interviewer-new", show(vec![], None, FormErrors::none()).render().unwrap()),
    ]
}
