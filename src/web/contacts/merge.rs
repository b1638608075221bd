//! Two contacts become one person: look for the other, see what will happen, do it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::list::{called, rows};
use crate::actions::merge_contacts;
use crate::app::App;
use crate::domain::id::ContactId;
use crate::domain::masking::Numbers;
use crate::domain::search::Query;
use crate::domain::user::Sight;
use crate::store::{Db, StoreError, contacts, inboxes};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html_with, refused, see_other};
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::shell::shell;
use crate::web::views::{MergePage, MergeSideView, Nav};
use crate::web::words;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewQuery {
    #[serde(default)]
    q: String,
    /// The other one.
    #[serde(default)]
    contact: String,
}

/// `GET /contacts/{id}/merge`: the other contact is looked for, or was found.
pub async fn new(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse, WebError> {
    let NewQuery { q, contact } = query.into_inner();
    let id = ContactId(path.into_inner());
    let shell = shell(&app, &session, Nav::Contacts).await?;
    let t = session.locale();
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let may_answer = session.user.role.may_answer();
    let times = house_times(&app, t).await?;
    let search = app.store.search();
    let page = app.store.read(move |db| {
        let kept = side(db, &sight, numbers, id)?.ok_or(StoreError::NotFound)?;
        let other: Option<ContactId> = contact.parse().ok();
        let other = other.map(|other| side(db, &sight, numbers, other)).transpose()?.flatten();
        let merged = other.filter(|other| other.id != kept.id);
        let mut page = MergePage {
            shell,
            kept,
            merged,
            error: None,
            rows: Vec::new(),
            is_building: false,
            was_asked: false,
            q,
        };
        match Query::parse(&page.q) {
            Ok(asked) if !asked.words.is_empty() => {
                let found = called(db, &search, (&sight, numbers), &asked.words, "")?;
                page.rows = rows(db, (&sight, numbers), &times, &asked.words, found.contacts)?;
                page.rows.retain(|row| row.id != page.kept.id);
                page.is_building = found.is_building;
                page.was_asked = true;
            }
            Ok(_) => {}
            Err(_) => page.error = Some(t.search_too_long().to_owned()),
        }
        Ok::<_, StoreError>(page)
    });
    let page = page.await?;
    if !may_answer {
        return Err(WebError::Forbidden);
    }
    let status = match page.error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    html_with(status, &page)
}

/// `POST /contacts/{id}/merge`: the contact named in the form becomes part of this one.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let (kept, t) = (ContactId(path.into_inner()), session.locale());
    // One that is no id is nobody's.
    let merged = fields.get("contact").parse().unwrap_or(ContactId(Uuid::nil()));
    let merging = merge_contacts::merge(&app, session.caller, kept, merged).await;
    match merging.map_err(|error| words::form_errors(t, error, &[])) {
        Ok(()) => Ok(see_other(&format!("/contacts/{kept}?merged={merged}"))),
        Err(Ok(errors)) => {
            let why = errors.get("contact").unwrap_or_default().to_owned();
            refused(&request, t, why)
        }
        Err(Err(error)) => Err(error),
    }
}

/// `DELETE /contacts/{id}/merge`: the contact is one of its own again.
pub async fn destroy(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let person = merge_contacts::separate(&app, session.caller, id).await?;
    Ok(see_other(&format!("/contacts/{person}?separated={id}")))
}

/// A person as they stand before it happens; `None` where the reader may not see them.
fn side(
    db: &mut Db,
    sight: &Sight,
    seen: Numbers,
    id: ContactId,
) -> Result<Option<MergeSideView>, StoreError> {
    if !contacts::is_seen(db, sight, id).or_else(missing)? {
        return Ok(None);
    }
    let person = contacts::person_of(db, id)?;
    let members = contacts::of_person(db, person)?;
    let known = contacts::known_in(db, sight, &[person])?.remove(&person).unwrap_or_default();
    let inboxes = inboxes::all(db)?;
    let named = |id| inboxes.iter().find(|inbox| inbox.id == id).map(|inbox| inbox.name.clone());
    let first = members.first().ok_or(StoreError::NotFound)?;
    let numbers: Vec<String> = members.iter().map(|one| seen.shown(&one.address)).collect();
    Ok(Some(MergeSideView {
        id: person.to_string(),
        name: first.name.clone().unwrap_or_else(|| numbers[0].clone()),
        has_name: first.name.is_some(),
        numbers,
        inboxes: known.into_iter().filter_map(|(inbox, _)| named(inbox)).collect(),
        is_stopped: first.opted_out.is_some(),
    }))
}

fn missing(error: StoreError) -> Result<bool, StoreError> {
    match error {
        StoreError::NotFound => Ok(false),
        error => Err(error),
    }
}
