//! Teams.

use askama::Template;

use super::shell;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let shell = || Shell { nav: Nav::Settings, ..shell(t) };
    let choice = |value: &str, label: &str, chosen| ChoiceView {
        value: value.into(),
        label: label.into(),
        chosen,
    };
    let list = |teams| TeamsPage { shell: shell(), teams };
    let row = TeamRowView {
        id: "g1".into(),
        name: "夜間".into(),
        members: 3,
        inboxes: vec!["採用センター".into()],
    };
    let form = |stored: Option<(String, String)>, errors| TeamFormPage {
        shell: shell(),
        name: "夜間".into(),
        stored,
        members: vec![choice("u1", "佐藤 花", true), choice("u2", "高橋 健", false)],
        inboxes: vec![choice("i1", "採用センター", true)],
        errors,
    };
    let wrong = FormErrors::of("name", t.problem_taken()).and("member", t.problem_unknown());
    vec![
        ("teams", list(vec![row]).render().unwrap()),
        ("teams-empty", list(vec![]).render().unwrap()),
        ("team-new", form(None, wrong).render().unwrap()),
        ("team", form(Some(("g1".into(), "夜間".into())), FormErrors::none()).render().unwrap()),
    ]
}
