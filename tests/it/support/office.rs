//! The hours the reception keeps.

use henji::actions::calendars::{self, Wanted};
use henji::domain::user::{Actor, Caller};

use super::TestApp;
use super::cast::ADMIN;

impl TestApp {
    /// Opens the reception on weekdays at `hours`, but on Japan's holidays; texts leave
    /// at once. The clock of the tests begins on a Sunday, and Monday is a holiday.
    pub async fn keeps_hours(&self, hours: &str) {
        let wanted = Wanted {
            id: None,
            name: "平日".into(),
            time_zone: "Asia/Tokyo".into(),
            week: std::array::from_fn(|day| if day < 5 { hours.into() } else { String::new() }),
            keeps_holidays: true,
        };
        let house = Caller::house(Actor::operator());
        let calendar = calendars::save(self, house, wanted).await.unwrap().to_string();
        let inbox = format!("/settings/inboxes/{}", self.cast.reception);
        let fields = [
            ("name", "受付"),
            ("locale", "ja"),
            ("time_zone", "Asia/Tokyo"),
            ("undo_seconds", "0"),
            ("calendar_id", &calendar),
        ];
        self.sign_in(ADMIN).await.put(&inbox, &fields).await.expect(303);
    }
}
