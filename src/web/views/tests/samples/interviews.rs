//! When an inbox writes to candidates by itself.

use askama::Template;

use super::shell;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let choice = |value: &str, chosen: &str| ChoiceView {
        value: value.into(),
        label: format!("{value}:00"),
        chosen: value == chosen,
    };
    let none =
        ChoiceView { value: "none".into(), label: t.interviews_none().into(), chosen: false };
    let page = |errors: FormErrors| InterviewsPage {
        shell: Shell { nav: Nav::Settings, ..shell(t) },
        id: "i1".into(),
        inbox: "採用センター".into(),
        zone: "Asia/Tokyo".into(),
        eves: vec![none.clone(), choice("19", "19"), choice("21", "19")],
        mornings: vec![none.clone(), choice("8", "8")],
        froms: vec![choice("8", "8"), choice("9", "8")],
        untils: vec![choice("20", "21"), choice("21", "21")],
        follow_up: "24".into(),
        call: "72".into(),
        errors,
    };
    let rests = || t.interviews_wrong_reminder("8:00", "21:00", "21:00");
    let wrong = FormErrors::of("remind_eve", rests())
        .and("remind_day", rests())
        .and("from", t.interviews_wrong_hour("6:00", "12:00"))
        .and("until", t.interviews_wrong_hour("16:00", "22:00"))
        .and("follow_up", t.interviews_wrong_follow_up(1, 336))
        .and("call", t.interviews_wrong_order(24));
    vec![
        ("interviews", page(FormErrors::none()).render().unwrap()),
        ("interviews-wrong", page(wrong).render().unwrap()),
    ]
}
