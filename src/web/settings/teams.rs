//! Teams: who answers the same inboxes.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{count, frame, saved, status_of};
use crate::actions::teams::{self as verbs, Wanted};
use crate::app::App;
use crate::domain::id::TeamId;
use crate::store::teams::{self, Team};
use crate::store::{StoreError, inboxes, users};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, TeamFormPage, TeamRowView, TeamsPage};
use crate::web::words;

const LIST: &str = "/settings/teams";

/// `GET /settings/teams`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let teams = app
        .store
        .read(|db| {
            let inboxes = inboxes::all(db)?;
            let active: BTreeSet<_> = users::all(db)?
                .into_iter()
                .filter(|user| user.disabled_at.is_none())
                .map(|user| user.id)
                .collect();
            let row = |team: Team| TeamRowView {
                id: team.id.to_string(),
                name: team.name,
                members: count(team.members.iter().filter(|user| active.contains(user))),
                inboxes: inboxes
                    .iter()
                    .filter(|inbox| team.inboxes.contains(&inbox.id))
                    .map(|inbox| inbox.name.clone())
                    .collect(),
            };
            Ok::<_, StoreError>(teams::all(db)?.into_iter().map(row).collect())
        })
        .await?;
    html(&TeamsPage { shell, teams })
}

/// `GET /settings/teams/new`
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    form(&app, &session, &request, None, wanted(None, &Fields::default()), FormErrors::none()).await
}

/// `POST /settings/teams`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/teams/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let team = find(&app, TeamId(path.into_inner())).await?;
    let wanted = as_it_is(&team);
    form(&app, &session, &request, Some(team), wanted, FormErrors::none()).await
}

/// `PUT /settings/teams/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let team = find(&app, TeamId(path.into_inner())).await?;
    save(&app, &session, &request, Some(team), &fields).await
}

/// `DELETE /settings/teams/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let team = find(&app, TeamId(path.into_inner())).await?;
    match verbs::remove(&app, session.caller.clone(), team.id).await {
        Ok(()) => Ok(saved(LIST)),
        Err(refused) => {
            let errors = words::form_errors(session.locale(), refused, &[])?;
            let wanted = as_it_is(&team);
            form(&app, &session, &request, Some(team), wanted, errors).await
        }
    }
}

fn as_it_is(team: &Team) -> Wanted {
    Wanted {
        id: Some(team.id),
        name: team.name.clone(),
        members: team.members.iter().copied().collect(),
        inboxes: team.inboxes.iter().copied().collect(),
    }
}

async fn find(app: &App, id: TeamId) -> Result<Team, WebError> {
    Ok(app.store.read(move |db| teams::find(db, id)).await?)
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    team: Option<Team>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let wanted = wanted(team.as_ref().map(|team| team.id), fields);
    match verbs::save(app, session.caller.clone(), wanted.clone()).await {
        Ok(_) => Ok(saved(LIST)),
        Err(refused) => {
            let errors = words::form_errors(session.locale(), refused, &[])?;
            form(app, session, request, team, wanted, errors).await
        }
    }
}

fn wanted(id: Option<TeamId>, fields: &Fields) -> Wanted {
    Wanted {
        id,
        name: fields.get("name").to_owned(),
        members: fields.all("member").filter_map(|id| id.parse().ok()).collect(),
        inboxes: fields.all("inbox").filter_map(|id| id.parse().ok()).collect(),
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    team: Option<Team>,
    wanted: Wanted,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let read = |db: &mut _| Ok::<_, StoreError>((users::all(db)?, inboxes::all(db)?));
    let (users, inboxes) = app.store.read(read).await?;
    // Somebody who left is shown only where they still are.
    let users = users
        .into_iter()
        .filter(|user| user.disabled_at.is_none() || wanted.members.contains(&user.id));
    let page = TeamFormPage {
        shell: frame(app, session, request).await?,
        stored: team.map(|team| (team.id.to_string(), team.name)),
        members: users
            .map(|user| ChoiceView {
                value: user.id.to_string(),
                chosen: wanted.members.contains(&user.id),
                label: user.name,
            })
            .collect(),
        inboxes: inboxes
            .into_iter()
            .map(|inbox| ChoiceView {
                value: inbox.id.to_string(),
                chosen: wanted.inboxes.contains(&inbox.id),
                label: inbox.name,
            })
            .collect(),
        name: wanted.name,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
