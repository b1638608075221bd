//! Which menus are in their overflow mode: told on every page of those who see them.

use chrono::{DateTime, Utc};

use crate::actions::hand_off::is_busy;
use crate::domain::handoff::Overflow;
use crate::domain::user::Sight;
use crate::locale::Locale;
use crate::store::handoff_switches::{self, Standing, Switch};
use crate::store::{Db, StoreError, api_tokens, organization, users};
use crate::web::times::Times;
use crate::web::views::{BusyView, ModeView};

/// The menus somebody sees.
pub struct Menus {
    pub any: bool,
    pub busy: Vec<BusyView>,
}

/// Reads them; `zone` is for a house that has none yet.
pub fn read(
    db: &mut Db,
    sight: &Sight,
    t: Locale,
    zone: &str,
    now: DateTime<Utc>,
) -> Result<Menus, StoreError> {
    let standings = handoff_switches::in_sight(db, sight)?;
    let any = !standings.is_empty();
    let mut busy = Vec::new();
    for standing in standings.into_iter().filter(|menu| menu.overflow != Overflow::Off) {
        if !is_busy(db, standing.overflow, standing.busy_calendar, now)? {
            continue;
        }
        let house = organization::find(db)?;
        let zone = house.as_ref().map_or(zone, |house| house.time_zone.as_str());
        let since = since(db, &Times::new(t, zone, now), &standing)?;
        busy.push(BusyView { id: standing.flow.to_string(), name: standing.name, since });
    }
    Ok(Menus { any, busy })
}

pub fn mode(t: Locale, overflow: Overflow, is_on: bool) -> ModeView {
    let label = match (overflow, is_on) {
        (Overflow::Off, _) => t.menu_mode_off(),
        (Overflow::On, _) => t.menu_mode_on(),
        (Overflow::Scheduled, true) => t.menu_mode_scheduled_on(),
        (Overflow::Scheduled, false) => t.menu_mode_scheduled_off(),
    };
    ModeView { word: overflow.word(), label, is_on }
}

fn since(db: &mut Db, times: &Times, standing: &Standing) -> Result<String, StoreError> {
    let t = times.t;
    match (&standing.switched, standing.overflow) {
        (_, Overflow::Scheduled) => Ok(t.menu_mode_scheduled_on().to_owned()),
        (Some(switch), _) => told(db, times, standing.overflow, switch),
        (None, _) => Ok(t.menu_mode_on().to_owned()),
    }
}

/// Who switched it, when, and to what.
pub fn told(
    db: &mut Db,
    times: &Times,
    overflow: Overflow,
    switch: &Switch,
) -> Result<String, StoreError> {
    let (t, at) = (times.t, times.full(switch.at).shown);
    let who = who(db, t, switch)?;
    Ok(match overflow {
        Overflow::Off => t.menu_switched_off(at, who),
        Overflow::On => t.menu_switched_on(at, who),
        Overflow::Scheduled => t.menu_switched_scheduled(at, who),
    })
}

fn who(db: &mut Db, t: Locale, switch: &Switch) -> Result<String, StoreError> {
    if let Some(user) = switch.user {
        return Ok(t.menu_by_person(users::find(db, user)?.name));
    }
    let Some(id) = switch.token else { return Ok(t.menu_by_operator().to_owned()) };
    let token = api_tokens::all(db)?.into_iter().find(|token| token.id == id);
    Ok(t.menu_by_program(token.map(|token| token.name).unwrap_or_default()))
}
