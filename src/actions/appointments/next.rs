//! The next times that are free, for an offer that comes by itself.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;

use super::House;
use crate::domain::appointment::{NEXT_SLOTS, NOTICE, Span, Taken, clash, free};
use crate::domain::business_hours::{self, BusinessHours};
use crate::domain::id::OpeningId;
use crate::store::appointment_offers::{self, Offer};
use crate::store::appointment_openings::{self, Opening, Wanted};
use crate::store::{StoreError, Tx};

/// How far ahead what is booked is looked at.
const DAYS: u64 = 62;
/// Nine to six on working days, where an inbox has no calendar: Japan's usual hours.
const FROM: u16 = 9 * 60;
const TO: u16 = 18 * 60;

pub(super) fn usual_hours(zone: Tz) -> BusinessHours {
    let day: Vec<_> = business_hours::Span::new(FROM, TO).into_iter().collect();
    let week = std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
    BusinessHours::new(zone, week, true, BTreeMap::new())
}

/// What to offer whoever cannot have what they chose: what is left of their own offer
/// first, then what else is free of the same interviewers, in the order of time.
pub(super) fn openings(
    tx: &mut Tx,
    house: &House,
    offer: &Offer,
    keep_own: bool,
) -> Result<Vec<Opening>, StoreError> {
    let slots = appointment_offers::slots(tx, offer.id)?;
    let ids: Vec<OpeningId> = slots.iter().map(|slot| slot.opening).collect();
    let own = appointment_openings::find_all(tx, &ids)?;
    let Some(pattern) = own.first().cloned() else { return Ok(Vec::new()) };
    let now = tx.now;
    let from = now + NOTICE;
    let Some(to) = now.checked_add_days(Days::new(DAYS)) else { return Ok(Vec::new()) };
    let window = Span { starts: now, ends: to };
    let who = &pattern.interviewers;
    let taken = appointment_openings::taken(tx, offer.inbox, who, window)?;
    let is_free =
        |one: &Opening| clash(&one.as_taken(), (one.booked, one.capacity), &taken, from).is_none();
    let mut chosen: Vec<Opening> =
        own.iter().filter(|one| keep_own && is_free(one)).cloned().collect();
    chosen.truncate(NEXT_SLOTS);
    if chosen.len() < NEXT_SLOTS {
        let others = appointment_openings::of_interviewers(tx, offer.inbox, who, window)?;
        let fresh = others.into_iter().filter(|one| {
            !ids.contains(&one.id) && one.span.ends - one.span.starts == offer.length
        });
        let fresh: Vec<Opening> = fresh.collect();
        let times = times(tx, house, offer, &pattern, (&own, &fresh), &taken, from)?;
        for starts in times.into_iter().take(NEXT_SLOTS - chosen.len()) {
            let wanted = Wanted {
                inbox: offer.inbox,
                span: Span::lasting(starts, offer.length),
                buffer: pattern.buffer,
                interviewers: pattern.interviewers.clone(),
                capacity: pattern.capacity,
            };
            chosen.push(appointment_openings::find_or_insert(tx, &wanted)?);
        }
    }
    chosen.sort_by_key(|one| one.span.starts);
    Ok(chosen)
}

/// Free times in the house's hours that the candidate has not been offered.
fn times(
    tx: &mut Tx,
    house: &House,
    offer: &Offer,
    pattern: &Opening,
    (own, others): (&[Opening], &[Opening]),
    taken: &[Taken],
    from: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let ids: Vec<OpeningId> = others.iter().map(|one| one.id).collect();
    let holds = appointment_openings::holds(tx, &ids)?;
    let there: HashMap<DateTime<Utc>, &Opening> =
        others.iter().map(|one| (one.span.starts, one)).collect();
    // A time with more candidates than places is held.
    let held: HashMap<DateTime<Utc>, usize> = others
        .iter()
        .filter_map(|one| {
            let candidates = holds.get(&one.id).copied().unwrap_or(0) + i64::from(one.booked);
            let is_held = candidates >= i64::from(one.capacity);
            is_held.then(|| (one.span.starts, usize::try_from(candidates).unwrap_or(usize::MAX)))
        })
        .collect();
    let fits = |span: Span| {
        let known = there.get(&span.starts);
        let places = known.map_or((0, pattern.capacity), |one| (one.booked, one.capacity));
        let wanted = Taken {
            opening: known.map(|one| one.id),
            span,
            buffer: pattern.buffer,
            interviewers: pattern.interviewers.clone(),
        };
        own.iter().all(|one| !one.span.overlaps(span))
            && clash(&wanted, places, taken, from).is_none()
    };
    let count = NEXT_SLOTS;
    Ok(free::next(&house.hours, from, offer.length, count, &held, fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_calendar_people_are_met_on_working_days() {
        let hours = usual_hours(Tz::Asia__Tokyo);
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc);
        assert!(hours.is_open(at("2027-06-16T09:00:00+09:00")));
        assert!(!hours.is_open(at("2027-06-19T10:00:00+09:00")));
    }
}
