//! Moments as people of an inbox read them.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::views::{ClosedView, SnoozeChoice, TimeView};
use crate::domain::business_hours::BusinessHours;
use crate::locale::{Locale, WEEKDAYS_JA};

/// Shows times in one zone and language, as seen at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub t: Locale,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Times {
    /// `zone` is an IANA name; an unknown one is read as UTC.
    pub fn new(t: Locale, zone: &str, now: DateTime<Utc>) -> Self {
        Self { t, zone: zone.parse().unwrap_or(Tz::UTC), now }
    }

    /// `14:02`
    pub fn clock(&self, at: DateTime<Utc>) -> TimeView {
        self.view(at, self.local(at).format("%H:%M").to_string())
    }

    /// As short as a list has room for: `14:02`, 昨日, `11/20`, `2025/11/20`.
    pub fn short(&self, at: DateTime<Utc>) -> TimeView {
        let (then, today) = (self.local(at), self.local(self.now));
        let days = today.date_naive().signed_duration_since(then.date_naive()).num_days();
        let shown = match days {
            ..=0 => then.format("%H:%M").to_string(),
            1 => self.t.yesterday().to_owned(),
            _ if then.year() == today.year() => then.format("%-m/%-d").to_string(),
            _ => then.format("%Y/%-m/%-d").to_string(),
        };
        self.view(at, shown)
    }

    /// `11月21日(土)`, with the year where it is another one.
    pub fn day(&self, at: DateTime<Utc>) -> TimeView {
        self.on(self.date(at))
    }

    /// A calendar day in the same words.
    pub fn on(&self, then: chrono::NaiveDate) -> TimeView {
        let today = self.date(self.now);
        let weekday = WEEKDAYS_JA[then.weekday().num_days_from_sunday() as usize];
        let same_year = then.year() == today.year();
        let shown = match (self.t, same_year) {
            (Locale::Ja, true) => then.format(&format!("%-m月%-d日({weekday})")).to_string(),
            (Locale::Ja, false) => then.format(&format!("%Y年%-m月%-d日({weekday})")).to_string(),
            (Locale::En, true) => then.format("%a, %-d %b").to_string(),
            (Locale::En, false) => then.format("%a, %-d %b %Y").to_string(),
        };
        TimeView { iso: then.to_string(), shown }
    }

    /// `11/26(木) 14:00`, of another year `2025/11/26(水) 14:00`.
    pub fn full(&self, at: DateTime<Utc>) -> TimeView {
        let then = self.local(at);
        let weekday = WEEKDAYS_JA[then.weekday().num_days_from_sunday() as usize];
        let same_year = then.year() == self.local(self.now).year();
        let shown = match (self.t, same_year) {
            (Locale::Ja, true) => then.format(&format!("%-m/%-d({weekday}) %H:%M")).to_string(),
            (Locale::Ja, false) => then.format(&format!("%Y/%-m/%-d({weekday}) %H:%M")).to_string(),
            (Locale::En, true) => then.format("%a %-d %b %H:%M").to_string(),
            (Locale::En, false) => then.format("%a %-d %b %Y %H:%M").to_string(),
        };
        self.view(at, shown)
    }

    /// With seconds and year, for logs.
    pub fn exact(&self, at: DateTime<Utc>) -> TimeView {
        self.view(at, self.local(at).format("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// The calendar day `at` falls on here.
    pub fn date(&self, at: DateTime<Utc>) -> chrono::NaiveDate {
        self.local(at).date_naive()
    }

    /// When a calendar day begins here.
    pub fn beginning_of(&self, day: chrono::NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        // Where a summer time skips midnight, the day begins an hour later.
        let hours = [midnight, midnight + TimeDelta::hours(1)];
        let begins = hours.iter().find_map(|at| self.zone.from_local_datetime(at).earliest());
        begins.map(|at| at.with_timezone(&Utc))
    }

    /// In an hour, when the inbox next opens, tomorrow morning, Monday morning.
    pub fn snooze_choices(&self, hours: Option<&BusinessHours>) -> Vec<SnoozeChoice> {
        let today = self.date(self.now);
        let to_monday = 7 - u64::from(today.weekday().num_days_from_monday());
        let clock = |at: DateTime<Utc>| self.clock(at).shown;
        let mut choices = vec![(self.now + TimeDelta::hours(1), self.t.snooze_in_hours(1))];
        let opening = hours.and_then(|hours| hours.closed(self.now)?.until);
        if let Some(at) = opening {
            choices.push((at, self.t.snooze_opening(self.full(at).shown)));
        }
        let is_other = |at: &DateTime<Utc>| Some(*at) != opening;
        if let Some(at) = self.morning_after(today, 1).filter(is_other) {
            choices.push((at, self.t.snooze_tomorrow(clock(at))));
        }
        if let Some(at) =
            self.morning_after(today, to_monday).filter(|_| to_monday > 1).filter(is_other)
        {
            choices.push((at, self.t.snooze_monday(clock(at))));
        }
        choices
            .into_iter()
            .map(|(until, label)| SnoozeChoice { until: until.to_rfc3339(), label })
            .collect()
    }

    /// The closed time of an inbox that somebody may meet while the page is open.
    pub fn closed(&self, hours: &BusinessHours) -> Option<ClosedView> {
        let closed = hours.closed(self.now)?;
        let label = match closed.until {
            Some(at) => self.t.thread_closed_until(self.full(at).shown),
            None => self.t.thread_closed().to_owned(),
        };
        Some(ClosedView {
            from: closed.from.to_rfc3339(),
            until: closed.until.map(|at| at.to_rfc3339()).unwrap_or_default(),
            is_now: closed.from <= self.now,
            label,
        })
    }

    /// What a `datetime-local` field says, read here; `None` for anything else,
    /// and for the hour that a summer time skips.
    pub fn typed(&self, text: &str) -> Option<DateTime<Utc>> {
        let local = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%dT%H:%M").ok()?;
        self.zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
    }

    /// Now, as the `min` of such a field.
    pub fn field(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%Y-%m-%dT%H:%M").to_string()
    }

    fn morning_after(&self, today: chrono::NaiveDate, days: u64) -> Option<DateTime<Utc>> {
        let nine = NaiveTime::from_hms_opt(9, 0, 0)?;
        let morning = today.checked_add_days(Days::new(days))?.and_time(nine);
        self.zone.from_local_datetime(&morning).earliest().map(|at| at.with_timezone(&Utc))
    }

    fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    fn view(&self, at: DateTime<Utc>, shown: String) -> TimeView {
        TimeView { iso: at.to_rfc3339(), shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn a_list_shows_the_nearer_the_finer() {
        let times = Times::new(Locale::Ja, "Asia/Tokyo", at("2026-11-22T14:30:00+09:00"));
        let shown = |text: &str| times.short(at(text)).shown;
        assert_eq!(shown("2026-11-22T14:02:00+09:00"), "14:02");
        assert_eq!(shown("2026-11-22T00:00:00+09:00"), "00:00");
        assert_eq!(shown("2026-11-21T23:59:00+09:00"), times.t.yesterday());
        assert_eq!(shown("2026-11-20T10:00:00+09:00"), "11/20");
        assert_eq!(shown("2025-11-20T10:00:00+09:00"), "2025/11/20");
    }

    #[test]
    fn another_year_is_named() {
        let now = at("2026-11-22T14:30:00+09:00");
        let shown = |t, text| Times::new(t, "Asia/Tokyo", now).full(at(text)).shown;
        assert_eq!(shown(Locale::Ja, "2026-01-01T00:00:00+09:00"), "1/1(木) 00:00");
        assert_eq!(shown(Locale::Ja, "2025-12-31T23:59:00+09:00"), "2025/12/31(水) 23:59");
        assert_eq!(shown(Locale::En, "2027-01-04T09:00:00+09:00"), "Mon 4 Jan 2027 09:00");
    }

    #[test]
    fn days_are_those_of_the_inbox() {
        let times = Times::new(Locale::Ja, "Asia/Tokyo", at("2026-11-22T14:30:00+09:00"));
        assert_eq!(times.day(at("2026-11-21T15:30:00Z")).shown, "11月22日(日)");
        assert_eq!(times.day(at("2026-11-21T14:30:00Z")).iso, "2026-11-21");
    }

    #[test]
    fn a_typed_time_is_of_the_inbox() {
        let times = Times::new(Locale::Ja, "Asia/Tokyo", at("2026-11-20T14:30:00+09:00"));
        assert_eq!(times.typed("2026-11-25T09:15"), Some(at("2026-11-25T09:15:00+09:00")));
        assert_eq!(times.field(times.now), "2026-11-20T14:30");
        for wrong in ["", "2026-11-25", "25.11.2026 9:15", "2026-13-01T09:00"] {
            assert_eq!(times.typed(wrong), None, "{wrong}");
        }
        let berlin = Times::new(Locale::En, "Europe/Berlin", times.now);
        assert_eq!(berlin.typed("2027-03-28T02:30"), None, "that hour is skipped");
    }

    #[test]
    fn snoozing_offers_mornings_of_the_inbox() {
        let times = Times::new(Locale::Ja, "Asia/Tokyo", at("2026-11-20T14:30:00+09:00"));
        let labels = |hours| -> Vec<_> {
            times.snooze_choices(hours).into_iter().map(|choice| choice.label).collect()
        };
        assert_eq!(labels(None), ["1時間後", "明日 09:00", "月曜 09:00"]);
        // Friday, and Monday is a holiday.
        let hours = office("9-18");
        let opening = "次の営業開始 11/24(火) 09:00";
        assert_eq!(labels(Some(&hours)), ["1時間後", opening, "明日 09:00", "月曜 09:00"]);
        let always = BusinessHours::always(times.zone);
        assert_eq!(labels(Some(&always)), labels(None));
    }

    #[test]
    fn one_moment_is_offered_once() {
        let times = Times::new(Locale::En, "Asia/Tokyo", at("2026-11-25T20:00:00+09:00"));
        let choices = times.snooze_choices(Some(&office("9-18")));
        let labels: Vec<_> = choices.into_iter().map(|choice| choice.label).collect();
        assert_eq!(labels, ["In 1 hour", "Next opening, Thu 26 Nov 09:00", "Monday 09:00"]);
    }

    #[test]
    fn a_closed_time_is_told_with_its_end() {
        let closed = |now: &str, hours: &BusinessHours| {
            let times = Times::new(Locale::Ja, "Asia/Tokyo", at(now));
            times.closed(hours).map(|view| (view.is_now, view.label))
        };
        let until = "営業時間外・次は11/24(火) 09:00".to_owned();
        let hours = office("9-18");
        assert_eq!(closed("2026-11-20T18:00:00+09:00", &hours), Some((true, until.clone())));
        assert_eq!(closed("2026-11-20T17:59:00+09:00", &hours), Some((false, until)));
        let never = Some((true, "営業時間外".to_owned()));
        assert_eq!(closed("2026-11-20T18:00:00+09:00", &office("")), never);
        let always = BusinessHours::always(chrono_tz::Asia::Tokyo);
        assert_eq!(closed("2026-11-20T18:00:00+09:00", &always), None);
    }

    fn office(hours: &str) -> BusinessHours {
        let day = crate::domain::business_hours::read(hours).unwrap();
        let week = std::array::from_fn(|n| if n < 5 { day.clone() } else { Vec::new() });
        BusinessHours::new(chrono_tz::Asia::Tokyo, week, true, Default::default())
    }
}
