//! Business hours: made by administrators, seen by agents.

use chrono::TimeDelta;
use henji::actions::calendars::WEEKDAYS;
use henji::domain::business_hours::read;
use henji::domain::calendar::Calendar;
use henji::store::calendars;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO};

const LIST: &str = "/settings/calendars";

/// Weekdays from nine to six with an hour's lunch, as people type it.
fn office(name: &str) -> Vec<(&str, &str)> {
    let mut fields = vec![("name", name), ("time_zone", "Asia/Tokyo"), ("keeps_holidays", "1")];
    fields.extend(WEEKDAYS[..5].iter().map(|day| (*day, "９：００〜12:00、13-18")));
    fields
}

async fn make(app: &TestApp, admin: &Browser) -> Calendar {
    admin.post(LIST, &office("平日")).await.expect(303);
    app.store.read(calendars::all).await.unwrap().pop().expect("made")
}

#[tokio::test]
async fn an_inbox_goes_by_the_hours_it_is_given() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let calendar = make(&app, &admin).await;
    let hours = read("9-12 13-18").unwrap();
    assert_eq!(calendar.week[..5], vec![hours; 5][..], "stored as it was meant");
    assert!(calendar.week[5..].iter().all(Vec::is_empty));
    let page = admin.get(&format!("{LIST}/{}/edit", calendar.id)).await.expect(200);
    assert_eq!(page.attribute("#monday", "value").as_deref(), Some("09:00-12:00 13:00-18:00"));
    assert_eq!(page.texts("#ahead + table tbody tr").len(), 14);

    let inbox = format!("/settings/inboxes/{}", app.cast.reception);
    let id = calendar.id.to_string();
    let fields =
        [("name", "受付"), ("locale", "ja"), ("time_zone", "Asia/Tokyo"), ("undo_seconds", "0")];
    let mut chosen = fields.to_vec();
    chosen.push(("calendar_id", &id));
    admin.put(&inbox, &chosen).await.expect(303);

    // The clock of the tests says Sunday, 7:50; Monday is a holiday.
    let conversation = app.handset("+819012345678").sends("まだ開いていますか").await;
    let sato = app.sign_in(SATO).await;
    let thread = format!("/conversations/{conversation}");
    let seen = sato.get(&thread).await.expect(200);
    assert_eq!(seen.texts("header [data-closed]:not([hidden])"), ["営業時間外"]);
    let told = seen.texts(".side [data-closed]:not([hidden])").join("");
    assert_eq!(told.trim(), "営業時間外・次は11/24(火) 09:00");
    let until = "2026-11-24T00:00:00+00:00";
    let offered = seen.attribute(&format!("#snooze-menu button[value='{until}']"), "value");
    assert!(offered.is_some(), "{}", seen.text);
    // Many at once are offered the same, where there is but one calendar in sight.
    assert!(seen.text.contains(&format!("value=\"snooze:{until}\"")), "{}", seen.text);
    sato.post(&format!("{thread}/snooze"), &[("until", until)]).await.expect(303);

    // A day off moves the opening.
    let day =
        [("day", "2026-11-24"), ("last_day", ""), ("day_name", "創立記念日"), ("day_hours", "")];
    admin.post(&format!("{LIST}/{id}/days"), &day).await.expect(303);
    let told = sato.get(&thread).await.expect(200).texts(".side [data-closed]").join("");
    assert_eq!(told.trim(), "営業時間外・次は11/25(水) 09:00");
    admin.delete(&format!("{LIST}/{id}/days/2026-11-24")).await.expect(303);

    // While it is open, nothing is said.
    app.advance(TimeDelta::minutes(50 * 60 + 10));
    let (sato, admin) = (app.sign_in(SATO).await, app.sign_in(ADMIN).await);
    let seen = sato.get(&thread).await.expect(200);
    assert!(seen.texts("header [data-closed]:not([hidden])").is_empty());
    assert_eq!(seen.texts("header [data-closed]").len(), 1, "scripts know when it closes");

    let path = format!("{LIST}/{id}");
    let refused = admin.delete(&path).await.expect(422);
    assert!(refused.texts(".danger [role=alert]").join("").contains("使っている受信箱"));
    admin.put(&inbox, &fields).await.expect(303);
    let seen = sato.get(&thread).await.expect(200);
    assert!(seen.texts("header [data-closed]").is_empty(), "always open");
    admin.delete(&path).await.expect(303);
    assert!(app.store.read(calendars::all).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_hours_is_refused_beside_the_field() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let with = |name: &'static str, value: &'static str| {
        let mut fields = office("夜間");
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
        fields
    };
    for (field, value) in
        [("name", ""), ("time_zone", "Asia/Edo"), ("monday", "22:00-6:00"), ("sunday", "午前中")]
    {
        let page = admin.post(LIST, &with(field, value)).await.expect(422);
        assert!(page.attribute(&format!("#{field}"), "aria-invalid").is_some(), "{field}");
        let kept = page.attribute(&format!("#{field}"), "value");
        assert_eq!(kept.as_deref(), Some(value), "what was typed stays");
    }
    let calendar = make(&app, &admin).await;
    let taken = admin.post(LIST, &office("平日")).await.expect(422);
    assert!(taken.attribute("#name", "aria-invalid").is_some());
    let days = format!("{LIST}/{}/days", calendar.id);
    for (wrong, field) in [
        ([("day", ""), ("last_day", ""), ("day_name", "休み"), ("day_hours", "")], "day"),
        (
            [
                ("day", "2027-01-04"),
                ("last_day", "2027-01-03"),
                ("day_name", "休み"),
                ("day_hours", ""),
            ],
            "last_day",
        ),
        (
            [
                ("day", "2027-01-04"),
                ("last_day", "2027-12-31"),
                ("day_name", "休み"),
                ("day_hours", ""),
            ],
            "last_day",
        ),
        (
            [("day", "2027-01-04"), ("last_day", ""), ("day_name", ""), ("day_hours", "")],
            "day_name",
        ),
        (
            [("day", "2027-01-04"), ("last_day", ""), ("day_name", "休み"), ("day_hours", "x")],
            "day_hours",
        ),
    ] {
        let page = admin.post(&days, &wrong).await.expect(422);
        assert!(page.attribute(&format!("#{field}"), "aria-invalid").is_some(), "{field}");
    }
    let stored = app.store.read(move |db| calendars::find(db, calendar.id)).await.unwrap();
    assert!(stored.days.is_empty(), "a refusal changes nothing");
    let year_end = [
        ("day", "2026-12-29"),
        ("last_day", "2027-01-03"),
        ("day_name", "年末年始"),
        ("day_hours", ""),
    ];
    admin.post(&days, &year_end).await.expect(303);
    let stored = app.store.read(move |db| calendars::find(db, calendar.id)).await.unwrap();
    assert_eq!(stored.days.len(), 6);
}
