//! Everybody the house knows, as far as the reader may see them.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domain::id::ContactId;
use crate::domain::masking::Numbers;
use crate::domain::search::{Query, Word, excerpt, marked_number};
use crate::domain::user::Sight;
use crate::store::contacts::{self, Contact};
use crate::store::inboxes::{self, Inbox};
use crate::store::search::{Search, Wanted, imported};
use crate::store::{Db, StoreError};
use crate::web::error::WebError;
use crate::web::fragment::html_with;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{ContactRowView, ContactsPage, Nav};

/// Rows of a page.
const PAGE: usize = 50;

/// What stands in the address. A place that is none is the beginning.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct IndexQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
    /// What a table that was taken in has come to.
    added: Option<u32>,
    #[serde(default)]
    changed: u32,
}

/// `GET /contacts`: the newest first, or those whose name or number is asked for.
pub async fn index(
    app: web::Data<App>,
    session: Session,
    query: web::Query<IndexQuery>,
) -> Result<HttpResponse, WebError> {
    let IndexQuery { q, cursor, added, changed } = query.into_inner();
    let mut shell = shell(&app, &session, Nav::Contacts).await?;
    shell.notice = added.map(|added| shell.t.table_done(added, changed));
    let t = session.locale();
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let Ok(asked) = Query::parse(&q) else {
        let error = Some(t.search_too_long().to_owned());
        let page =
            ContactsPage { shell, q, error, rows: Vec::new(), next: None, is_building: false };
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let times = house_times(&app, t).await?;
    let search = app.store.search();
    let page = app.store.read(move |db| {
        let words = asked.words;
        let found = match words.is_empty() {
            true => everybody(db, &sight, cursor.parse().ok())?,
            false => called(db, &search, (&sight, numbers), &words, &cursor)?,
        };
        let next = found.next.map(|place| address(&q, &place));
        let is_building = found.is_building;
        let rows = rows(db, (&sight, numbers), &times, &words, found.contacts)?;
        Ok::<_, StoreError>(ContactsPage { shell, q, error: None, rows, next, is_building })
    });
    html_with(StatusCode::OK, &page.await?)
}

/// A page of contacts, and where the next one begins.
pub(super) struct Found {
    pub contacts: Vec<Contact>,
    pub next: Option<String>,
    pub is_building: bool,
}

fn everybody(db: &mut Db, sight: &Sight, after: Option<ContactId>) -> Result<Found, StoreError> {
    let mut contacts = contacts::page(db, sight, after, PAGE as i64 + 1)?;
    let more = contacts.len() > PAGE;
    contacts.truncate(PAGE);
    let next = contacts.last().filter(|_| more).map(|contact| contact.id.to_string());
    Ok(Found { contacts, next, is_building: false })
}

pub(super) fn called(
    db: &mut Db,
    search: &Search,
    (sight, numbers): (&Sight, Numbers),
    words: &[Word],
    cursor: &str,
) -> Result<Found, StoreError> {
    let wanted = Wanted {
        sight: sight.clone(),
        numbers,
        inbox: None,
        tag: None,
        words: words.to_vec(),
        from: None,
        until: None,
        after: cursor.parse().ok(),
        limit: PAGE,
    };
    let found = match search.conversations(db, &wanted) {
        // The place was one in an index that is no more.
        Err(StoreError::NotFound) if wanted.after.is_some() => {
            search.conversations(db, &Wanted { after: None, ..wanted })
        }
        found => found,
    }?;
    // Who was imported comes first, where it is the first page.
    let mut people = match cursor.is_empty() {
        true => imported(db, sight, numbers, words, PAGE)?,
        false => Vec::new(),
    };
    people.extend(found.items.into_iter().map(|one| one.contact));
    // Somebody who is known in two inboxes is one contact.
    let mut known: HashSet<ContactId> = HashSet::new();
    let contacts = people.into_iter().filter(|contact| known.insert(contact.person)).collect();
    let next = found.next.map(|place| place.to_string());
    Ok(Found { contacts, next, is_building: !found.is_complete })
}

pub(super) fn rows(
    db: &mut Db,
    (sight, numbers): (&Sight, Numbers),
    times: &Times,
    words: &[Word],
    found: Vec<Contact>,
) -> Result<Vec<ContactRowView>, StoreError> {
    let ids: Vec<ContactId> = found.iter().map(|contact| contact.person).collect();
    let known = contacts::known_in(db, sight, &ids)?;
    let inboxes = inboxes::all(db)?;
    let seen: Vec<&Inbox> = inboxes.iter().filter(|inbox| sight.sees(inbox.id)).collect();
    let row = |contact: Contact| {
        let known = known.get(&contact.person).map_or(&[][..], Vec::as_slice);
        let name = |id| seen.iter().find(|inbox| inbox.id == id).map(|inbox| inbox.name.clone());
        let named = known.iter().filter_map(|(inbox, _)| name(*inbox));
        ContactRowView {
            id: contact.person.to_string(),
            name: contact.name.as_deref().map(|name| excerpt(name, words)).unwrap_or_default(),
            number: marked_number(&numbers.shown(&contact.address), words),
            has_name: contact.name.is_some(),
            is_stopped: contact.opted_out.is_some(),
            inboxes: if seen.len() > 1 { named.collect() } else { Vec::new() },
            last: known.first().map(|(_, at)| times.short(*at)),
        }
    };
    Ok(found.into_iter().map(row).collect())
}

fn address(q: &str, place: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([("q", q), ("cursor", place)].iter().filter(|(_, value)| !value.is_empty()));
    format!("/contacts?{}", query.finish())
}
