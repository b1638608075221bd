//! Japan's public holidays, by the rules of the law (国民の祝日に関する法律).
//!
//! The two equinox days are announced by the National Astronomical Observatory
//! each February for the year after; here they are reckoned by the formula that its
//! almanacs give for 1980 to 2099. Every other day follows from articles 2 and 3
//! as they stand since 2022. Days that a law moved for one year alone (2019 to
//! 2021) are past and left out.

use chrono::{Datelike, NaiveDate, Weekday};

/// Years the reckoning holds for.
pub const YEARS: std::ops::RangeInclusive<i32> = 2022..=2099;

/// Whether the day is a holiday: one of article 2, or a day off by article 3.
pub fn is_holiday(day: NaiveDate) -> bool {
    is_named(day) || is_substitute(day) || is_between(day)
}

/// Article 2: the sixteen days with a name.
fn is_named(day: NaiveDate) -> bool {
    if !YEARS.contains(&day.year()) {
        return false;
    }
    let monday = |nth: u32| day.weekday() == Weekday::Mon && day.day().div_ceil(7) == nth;
    match (day.month(), day.day()) {
        // 元日, 建国記念の日, 天皇誕生日, 昭和の日
        (1, 1) | (2, 11 | 23) | (4, 29) => true,
        // 憲法記念日, みどりの日, こどもの日
        (5, 3..=5) => true,
        // 山の日, 文化の日, 勤労感謝の日
        (8, 11) | (11, 3 | 23) => true,
        // 成人の日, スポーツの日
        (1 | 10, _) => monday(2),
        // 海の日
        (7, _) => monday(3),
        (3, date) => date == equinox(day.year(), SPRING),
        // 敬老の日, 秋分の日
        (9, date) => monday(3) || date == equinox(day.year(), AUTUMN),
        _ => false,
    }
}

/// Article 3, 2: a holiday on a Sunday gives the next day that is none.
fn is_substitute(day: NaiveDate) -> bool {
    if is_named(day) {
        return false;
    }
    let days_before = std::iter::successors(day.pred_opt(), NaiveDate::pred_opt);
    let mut holidays = days_before.take_while(|before| is_named(*before));
    holidays.any(|before| before.weekday() == Weekday::Sun)
}

/// Article 3, 3: a day between two holidays.
fn is_between(day: NaiveDate) -> bool {
    let is = |neighbour: Option<NaiveDate>| neighbour.is_some_and(is_named);
    !is_named(day) && is(day.pred_opt()) && is(day.succ_opt())
}

/// Day of March and of September, in 1980 and with its fraction.
const SPRING: f64 = 20.8431;
const AUTUMN: f64 = 23.2488;

fn equinox(year: i32, in_1980: f64) -> u32 {
    let years = year - 1980;
    let day = in_1980 + 0.242194 * f64::from(years) - f64::from(years / 4);
    day as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(year: i32) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|day| day.year() == year);
        days.filter(|day| is_holiday(*day)).map(|day| day.format("%-m/%-d").to_string()).collect()
    }

    /// As the Cabinet Office publishes them (内閣府「国民の祝日について」).
    #[test]
    fn the_years_the_cabinet_office_has_published() {
        for (year, days) in [
            (
                2025,
                "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 \
                 11/3 11/23 11/24",
            ),
            (
                2026,
                "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 \
                 11/3 11/23",
            ),
            (
                2027,
                "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 \
                 11/23",
            ),
        ] {
            assert_eq!(of(year).join(" "), days, "{year}");
        }
    }

    #[test]
    fn no_year_has_fewer_than_sixteen() {
        for year in YEARS {
            let days = of(year);
            assert!((16..=22).contains(&days.len()), "{year}: {days:?}");
        }
        assert!(of(2100).is_empty(), "beyond the formula nothing is claimed");
    }
}
