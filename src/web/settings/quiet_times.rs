//! The times users keep for themselves.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{preferences, saved};
use crate::actions::quiet_times::{self, Pause, zone_of_house};
use crate::app::App;
use crate::domain::quiet_times::{Night, QuietTimes, Weekdays};
use crate::store::StoreError;
use crate::store::quiet_times as stored;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::times::Times;
use crate::web::views::{FormErrors, QuietView, WeekdayView};

const PAGE: &str = "/settings/preferences";

/// `PUT /settings/quiet_times`
pub async fn update(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    match read(&session, &fields) {
        Ok(times) => {
            quiet_times::keep(&app, session.caller, times).await?;
            Ok(saved(PAGE))
        }
        Err(errors) => preferences::again(&app, &session, &request, errors, &fields).await,
    }
}

/// `POST /settings/pause`: for an hour, or until tomorrow morning.
pub async fn pause(
    app: web::Data<App>,
    session: Session,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let pause = if fields.get("until") == "hour" { Pause::Hour } else { Pause::UntilMorning };
    quiet_times::pause(&app, session.caller, pause).await?;
    Ok(saved(PAGE))
}

/// `DELETE /settings/pause`
pub async fn resume(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    quiet_times::resume(&app, session.caller).await?;
    Ok(saved(PAGE))
}

/// What is kept, or what was typed where that could not be.
pub(super) async fn view(
    app: &App,
    session: &Session,
    typed: Option<&Fields>,
) -> Result<QuietView, WebError> {
    let (t, now, fallback) = (session.locale(), app.clock.now(), app.config.language.time_zone);
    let user = session.user.id;
    let (kept, zone) = app
        .store
        .read(move |db| {
            let zone = zone_of_house(db, fallback)?;
            Ok::<_, StoreError>((stored::of_user(db, user)?, zone))
        })
        .await?;
    let kept = kept.unwrap_or_else(|| QuietTimes::none(zone));
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let shown = |name: &str, kept: String| typed.map_or(kept, |typed| typed.get(name).to_owned());
    let names = [
        t.weekday_monday(),
        t.weekday_tuesday(),
        t.weekday_wednesday(),
        t.weekday_thursday(),
        t.weekday_friday(),
        t.weekday_saturday(),
        t.weekday_sunday(),
    ];
    let days = |name: &'static str, kept: Weekdays| {
        let chosen = typed.map_or(kept, |typed| weekdays(typed, name));
        names
            .iter()
            .zip(chosen)
            .enumerate()
            .map(|(day, (label, chosen))| WeekdayView {
                value: day.to_string(),
                label: (*label).to_owned(),
                chosen,
            })
            .collect()
    };
    let times = Times::new(t, kept.zone.name(), now);
    Ok(QuietView {
        from: shown("quiet_from", kept.night.map_or_else(String::new, |night| clock(night.from()))),
        to: shown("quiet_to", kept.night.map_or_else(String::new, |night| clock(night.to()))),
        nights: days("quiet_night", kept.night.map_or([true; 7], |night| night.on())),
        days: days("quiet_day", kept.days),
        zone: shown("zone", kept.zone.name().to_owned()),
        until: kept.quiet_until(now).map(|until| times.full(until)),
        is_paused: kept.paused_until.is_some_and(|until| until > now),
    })
}

fn read(session: &Session, fields: &Fields) -> Result<QuietTimes, FormErrors> {
    let t = session.locale();
    let zone = fields.get("zone").trim().parse();
    let zone = zone.map_err(|_unknown| FormErrors::of("zone", t.field_time_zone_unknown()))?;
    let night = match (fields.filled("quiet_from"), fields.filled("quiet_to")) {
        (None, None) => None,
        (from, to) => {
            let minutes = minutes(from).zip(minutes(to));
            let on = weekdays(fields, "quiet_night");
            let night = minutes.and_then(|(from, to)| Night::new(from, to, on));
            Some(night.ok_or_else(|| FormErrors::of("quiet_from", t.quiet_malformed()))?)
        }
    };
    Ok(QuietTimes { zone, night, days: weekdays(fields, "quiet_day"), paused_until: None })
}

/// `22:00`, as the field of a browser sends it.
fn minutes(text: Option<&str>) -> Option<u16> {
    let (hours, minutes) = text?.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn weekdays(fields: &Fields, name: &str) -> Weekdays {
    std::array::from_fn(|day| fields.all(name).any(|value| value == day.to_string()))
}
