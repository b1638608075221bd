//! When inboxes are open.

use askama::Template;

use super::{FormErrors, Shell, TimeView};

/// `GET /settings/calendars`
#[derive(Template)]
#[template(path = "settings/calendars/index.html")]
pub struct CalendarsPage {
    pub shell: Shell,
    pub calendars: Vec<CalendarRowView>,
}

#[derive(Clone, Debug)]
pub struct CalendarRowView {
    pub id: String,
    pub name: String,
    /// "次の営業開始 11/24(火) 09:00"
    pub state: String,
    /// Those that go by it.
    pub inboxes: Vec<String>,
}

/// `GET /settings/calendars/new` (POST `/settings/calendars`) and
/// `GET /settings/calendars/{id}/edit` (PUT·DELETE `/settings/calendars/{id}`,
/// POST `…/days`, DELETE `…/days/{day}`).
#[derive(Template)]
#[template(path = "settings/calendars/form.html")]
pub struct CalendarFormPage {
    pub shell: Shell,
    /// `None` for a new one.
    pub stored: Option<CalendarView>,
    pub name: String,
    pub time_zone: String,
    /// Field, label and hours of each weekday, from Monday.
    pub week: Vec<(&'static str, &'static str, String)>,
    pub keeps_holidays: bool,
    pub day: String,
    pub last_day: String,
    pub day_name: String,
    pub day_hours: String,
    pub errors: FormErrors,
}

/// What a calendar comes out as.
#[derive(Clone, Debug)]
pub struct CalendarView {
    pub id: String,
    pub name: String,
    pub state: String,
    /// Today and the days after it.
    pub ahead: Vec<AheadView>,
    /// Days of their own, from today on.
    pub days: Vec<SpecialDayView>,
    pub inboxes: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct AheadView {
    pub day: TimeView,
    pub hours: String,
    pub open: bool,
    /// 祝日, or what the day is called; empty for a day like others.
    pub because: String,
}

#[derive(Clone, Debug)]
pub struct SpecialDayView {
    /// `2026-12-29`
    pub date: String,
    pub day: TimeView,
    pub name: String,
    pub hours: String,
}
