//! Business hours.

use askama::Template;

use super::{shell, time};
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let shell = || Shell { nav: Nav::Settings, ..shell(t) };
    let state = t.calendar_next_open("11/24(火) 09:00");
    let list = |calendars| CalendarsPage { shell: shell(), calendars };
    let row = CalendarRowView {
        id: "k1".into(),
        name: "平日".into(),
        state: state.clone(),
        inboxes: vec!["採用センター".into()],
    };
    let ahead = |open, because: &str| AheadView {
        day: time("11月23日(月)"),
        hours: if open { "09:00–18:00".into() } else { t.calendar_closed().into() },
        open,
        because: because.into(),
    };
    let stored = |inboxes: Vec<String>| CalendarView {
        id: "k1".into(),
        name: "平日".into(),
        state: state.clone(),
        ahead: vec![ahead(true, ""), ahead(false, t.calendar_holiday())],
        days: vec![SpecialDayView {
            date: "2026-12-29".into(),
            day: time("12月29日(火)"),
            name: "年末年始".into(),
            hours: t.calendar_closed().into(),
        }],
        inboxes,
    };
    let form = |stored, errors| CalendarFormPage {
        shell: shell(),
        stored,
        name: "平日".into(),
        time_zone: "Asia/Tokyo".into(),
        week: vec![
            ("monday", t.weekday_monday(), "09:00-12:00 13:00-18:00".into()),
            ("sunday", t.weekday_sunday(), String::new()),
        ],
        keeps_holidays: true,
        day: String::new(),
        last_day: String::new(),
        day_name: String::new(),
        day_hours: String::new(),
        errors,
    };
    let wrong = FormErrors::of("monday", t.problem_not_hours())
        .and("last_day", t.problem_last_day_before())
        .and("calendar", t.problem_calendar_in_use());
    vec![
        ("calendars", list(vec![row]).render().unwrap()),
        ("calendars-empty", list(vec![]).render().unwrap()),
        ("calendar-new", form(None, FormErrors::none()).render().unwrap()),
        ("calendar", form(Some(stored(vec!["採用センター".into()])), wrong).render().unwrap()),
        ("calendar-unused", form(Some(stored(vec![])), FormErrors::none()).render().unwrap()),
    ]
}
