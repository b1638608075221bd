//! Who may come in, and to which inboxes.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved, status_of};
use crate::actions::ActionError;
use crate::actions::people::{self, Changes, NewUser};
use crate::app::App;
use crate::domain::id::{InboxId, UserId};
use crate::domain::user::Role;
use crate::password::MIN_LENGTH;
use crate::store::users::{self, User};
use crate::store::{StoreError, inboxes, masking, organization};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, UserFormPage, UserRowView, UsersPage};
use crate::web::words;

mod problems;

pub use problems::problems_of;

const LIST: &str = "/settings/users";

/// What the form shows: a user as stored, or as typed.
#[derive(Default)]
struct Typed {
    id: Option<UserId>,
    name: String,
    email: String,
    role: Option<Role>,
    inboxes: BTreeSet<InboxId>,
    disabled: bool,
}

/// `GET /settings/users`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let times = house_times(&app, session.locale()).await?;
    let (users, masked) = app
        .store
        .read(move |db| {
            let all = inboxes::all(db)?;
            let seen = users::last_seen(db)?;
            let mut rows = Vec::new();
            for user in users::all(db)? {
                let own = users::inboxes_of(db, user.id)?;
                let names = all.iter().filter(|inbox| own.contains(&inbox.id));
                rows.push(UserRowView {
                    id: user.id.to_string(),
                    inboxes: names.map(|inbox| inbox.name.clone()).collect(),
                    name: user.name,
                    email: user.email,
                    role: user.role,
                    disabled: user.disabled_at.is_some(),
                    last_seen: seen.get(&user.id).map(|at| times.full(*at)),
                });
            }
            Ok::<_, StoreError>((rows, masking::masked_roles(db)?))
        })
        .await?;
    let role = |role: &Role| ChoiceView {
        value: role.word().to_owned(),
        label: session.locale().user_role(*role).to_owned(),
        chosen: masked.contains(role),
    };
    // Administrators are never shown masked numbers.
    let roles = Role::ALL.iter().filter(|role| !role.may_administer()).map(role).collect();
    html(&UsersPage { shell, users, roles })
}

/// `GET /settings/users/new`: to every inbox, unless somebody says otherwise.
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let all = app.store.read(inboxes::all).await?;
    let typed = Typed { inboxes: all.iter().map(|inbox| inbox.id).collect(), ..Typed::default() };
    form(&app, &session, &request, typed, FormErrors::none()).await
}

/// `POST /settings/users`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let house = app.store.read(organization::find).await?;
    let house_name = house.as_ref().map_or_else(String::new, |house| house.name.clone());
    let typed = typed(None, &fields);
    let new = NewUser {
        name: typed.name.clone(),
        email: typed.email.clone(),
        role: typed.role.unwrap_or(Role::Agent),
        password: fields.get("password").to_owned(),
        locale: house.map_or_else(|| session.user.locale.clone(), |house| house.locale),
    };
    let mut errors = problems_of(t, &new, &house_name)?;
    if errors.is_empty() {
        let inboxes = typed.inboxes.iter().copied().collect();
        match people::add(&app, session.caller.clone(), new, inboxes).await {
            Ok(_) => return Ok(saved(LIST)),
            Err(error) => errors = words::form_errors(t, error, &[])?,
        }
    }
    form(&app, &session, &request, typed, errors).await
}

/// `GET /settings/users/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (user, inboxes) = stored(&app, UserId(path.into_inner())).await?;
    let typed = Typed {
        id: Some(user.id),
        name: user.name,
        email: user.email,
        role: Some(user.role),
        inboxes: inboxes.into_iter().collect(),
        disabled: user.disabled_at.is_some(),
    };
    form(&app, &session, &request, typed, FormErrors::none()).await
}

/// `PUT /settings/users/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let (user, _) = stored(&app, UserId(path.into_inner())).await?;
    let typed = Typed { disabled: user.disabled_at.is_some(), ..typed(Some(user.id), &fields) };
    let changes = Changes {
        name: typed.name.clone(),
        email: if fields.has("email") { typed.email.clone() } else { user.email },
        role: typed.role.unwrap_or(user.role),
        inboxes: typed.inboxes.iter().copied().collect(),
        disabled: typed.disabled,
    };
    let errors = match people::change(&app, session.caller.clone(), user.id, changes).await {
        Ok(()) => return Ok(saved(LIST)),
        Err(error) => words::form_errors(t, error, &[])?,
    };
    form(&app, &session, &request, typed, errors).await
}

/// `POST /settings/users/{id}/disablement`
pub async fn disable(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    set_disabled(&app, &session, &request, UserId(path.into_inner()), true).await
}

/// `DELETE /settings/users/{id}/disablement`
pub async fn enable(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    set_disabled(&app, &session, &request, UserId(path.into_inner()), false).await
}

async fn stored(app: &App, id: UserId) -> Result<(User, Vec<InboxId>), WebError> {
    let found = app
        .store
        .read(move |db| Ok::<_, StoreError>((users::find(db, id)?, users::own_inboxes_of(db, id)?)))
        .await?;
    Ok(found)
}

async fn set_disabled(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: UserId,
    disabled: bool,
) -> Result<HttpResponse, WebError> {
    let (user, inboxes) = stored(app, id).await?;
    let changes = Changes {
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role,
        inboxes: inboxes.clone(),
        disabled,
    };
    match people::change(app, session.caller.clone(), id, changes).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error @ ActionError::Invalid { .. }) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            let typed = Typed {
                id: Some(id),
                name: user.name,
                email: user.email,
                role: Some(user.role),
                inboxes: inboxes.into_iter().collect(),
                disabled: user.disabled_at.is_some(),
            };
            form(app, session, request, typed, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

fn typed(id: Option<UserId>, fields: &Fields) -> Typed {
    Typed {
        id,
        name: fields.get("name").trim().to_owned(),
        email: fields.get("email").trim().to_owned(),
        role: Role::from_word(fields.get("role")),
        inboxes: fields.all("inbox").filter_map(|id| id.parse().ok()).collect(),
        disabled: false,
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    typed: Typed,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let shell = frame(app, session, request).await?;
    let all = app.store.read(inboxes::all).await?;
    let choice = |inbox: inboxes::Inbox| ChoiceView {
        value: inbox.id.to_string(),
        label: inbox.name,
        chosen: typed.inboxes.contains(&inbox.id),
    };
    let page = UserFormPage {
        shell,
        id: typed.id.map(|id| id.to_string()),
        name: typed.name,
        email: typed.email,
        role: typed.role.unwrap_or(Role::Agent),
        inboxes: all.into_iter().map(choice).collect(),
        disabled: typed.disabled,
        is_self: typed.id == Some(session.user.id),
        password_min: MIN_LENGTH as u32,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
