//! `GET /contacts`

use std::collections::HashSet;

use actix_web::HttpResponse;

use super::contact_fields::named;
use super::conversations::ContactView;
use super::search::{CURSOR, Question, outdated, read};
use super::{ApiError, Asker, Call, List, Query, ok};
use crate::domain::id::ContactId;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::user::Sight;
use crate::locale::Locale;
use crate::store::contacts::{self, Contact};
use crate::store::search::Place;
use crate::store::{Db, StoreError};
use crate::web::search::times_of_house;

/// Which contacts are asked for.
enum Which {
    /// The one with this number.
    Number(PhoneNumber),
    /// Those found by name or part of a number.
    Found(String, Option<Place>),
    /// Everybody, the newest first, after this one.
    All(Option<ContactId>),
}

pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        let Asker { app, request, caller, numbers, .. } = asker;
        let mut query = Query::of(&request)?;
        let phone = query
            .read("phone", "must be a telephone number", |text| PhoneNumber::parse(text).ok())?;
        let q = query.text("q")?.filter(|q| !q.trim().is_empty());
        let which = match (phone, q) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid("q", "ambiguous", "goes not with phone"));
            }
            (Some(phone), None) => Which::Number(phone),
            (None, Some(q)) => {
                Which::Found(q, query.read("cursor", CURSOR, |text| text.parse().ok())?)
            }
            (None, None) => Which::All(query.id("cursor")?),
        };
        let limit = query.page_length()?;
        query.finish()?;
        let (sight, now, search) = (caller.sight, app.clock.now(), app.store.search());
        let page = app.store.read(move |db| match which {
            Which::Number(phone) => by_number(db, &sight, &phone).map_err(ApiError::from),
            Which::All(after) => everybody(db, &sight, after, limit).map_err(ApiError::from),
            Which::Found(q, after) => {
                let times = times_of_house(db, Locale::En, now)?;
                let wanted = Question { after, limit, ..Question::of_all(sight, numbers) };
                let wanted = wanted.wanted(read(&q)?, &times);
                let found = search.conversations(db, &wanted).map_err(outdated)?;
                // Somebody who is known in two inboxes is one contact.
                let mut known: HashSet<ContactId> = HashSet::new();
                let people = found.items.into_iter().map(|one| one.contact);
                let items = people.filter(|contact| known.insert(contact.person)).collect();
                Ok((items, found.next.map(|place| place.to_string())))
            }
        });
        let (items, next): (Vec<Contact>, _) = page.await?;
        let people = items.clone();
        let mut fields = app.store.read(move |db| named(db, &people)).await?;
        let view = |contact: Contact| {
            let fields = fields.remove(&contact.person).unwrap_or_default();
            ContactView::new(contact, numbers, fields)
        };
        ok(&List { items: items.into_iter().map(view).collect::<Vec<_>>(), next })
    })
    .await
}

type Page = (Vec<Contact>, Option<String>);

fn by_number(db: &mut Db, sight: &Sight, phone: &PhoneNumber) -> Result<Page, StoreError> {
    let found = contacts::find_by_address(db, phone.as_str())?;
    let seen = match &found {
        Some(contact) => contacts::is_seen(db, sight, contact.id)?,
        None => false,
    };
    Ok((found.into_iter().filter(|_| seen).collect(), None))
}

fn everybody(
    db: &mut Db,
    sight: &Sight,
    after: Option<ContactId>,
    limit: usize,
) -> Result<Page, StoreError> {
    let mut page = contacts::page(db, sight, after, limit as i64 + 1)?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|contact| contact.id.to_string());
    Ok((page, next))
}
