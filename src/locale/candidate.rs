//! What candidates are sent about their times, in the inbox's language.

use chrono::{Datelike, NaiveDateTime};

use super::{Locale, WEEKDAYS_JA};

impl Locale {
    /// `6/16(火)14:00`, `Tue 16 Jun 14:00`: as short as it can be told, since each
    /// character of a text costs.
    pub fn slot_time(self, at: NaiveDateTime) -> String {
        match self {
            Self::Ja => {
                let weekday = WEEKDAYS_JA[at.weekday().num_days_from_sunday() as usize];
                at.format(&format!("%-m/%-d({weekday})%-H:%M")).to_string()
            }
            Self::En => at.format("%a %-d %b %-H:%M").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn times_are_short_and_name_their_weekday() {
        let at = NaiveDate::from_ymd_opt(2027, 6, 16).unwrap().and_hms_opt(9, 5, 0).unwrap();
        assert_eq!(Locale::Ja.slot_time(at), "6/16(水)9:05");
        assert_eq!(Locale::En.slot_time(at), "Wed 16 Jun 9:05");
    }
}
