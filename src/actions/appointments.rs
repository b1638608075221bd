//! Interview times: offered, answered, booked, told again, and seen to when time comes.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::domain::business_hours::BusinessHours;
use crate::domain::event::{EventKind, NewEvent};
use crate::locale::Locale;
use crate::store::appointment_offers::Offer;
use crate::store::conversations::Conversation;
use crate::store::inboxes::Inbox;
use crate::store::{Db, StoreError, Tx, calendars, inboxes, organization};

pub mod answer;
pub mod book;
pub mod end;
pub mod feed;
mod letters;
mod next;
pub mod offer;
pub mod page;
pub mod policy;
pub mod tasks;
mod words;

/// The inbox that offers, as candidates meet it.
struct House {
    name: String,
    locale: Locale,
    /// Times are told as its clocks show them.
    zone: Tz,
    /// When people are met.
    hours: BusinessHours,
}

impl House {
    fn of(db: &mut Db, inbox: &Inbox) -> Result<Self, StoreError> {
        let name = organization::find(db)?.map(|house| house.name).unwrap_or_default();
        let zone = inbox.time_zone.parse().unwrap_or(Tz::UTC);
        let hours = match inbox.calendar_id {
            Some(calendar) => calendars::find(db, calendar)?.hours(),
            None => next::usual_hours(zone),
        };
        let locale = Locale::from_tag(&inbox.locale).unwrap_or_default();
        Ok(Self { name, locale, zone, hours })
    }

    fn of_offer(db: &mut Db, offer: &Offer) -> Result<Self, StoreError> {
        let inbox = inboxes::find(db, offer.inbox)?;
        Self::of(db, &inbox)
    }

    /// As the clocks there show it.
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    fn told(&self, at: DateTime<Utc>) -> String {
        self.locale.slot_time(self.local(at))
    }
}

/// Tells everybody who watches, and programs.
fn announce(tx: &mut Tx, kind: EventKind, found: &Conversation) {
    tx.event(NewEvent::conversation(kind, found.inbox_id, found.id));
}
