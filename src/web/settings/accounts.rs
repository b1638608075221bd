//! The credentials of a provider account: replaced, never shown.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::senders::shortened;
use super::{frame, saved, status_of};
use crate::actions::{ActionError, Problem, check_account, replace_credentials};
use crate::app::App;
use crate::domain::id::ProviderAccountId;
use crate::store::provider_accounts::{self, ProviderAccount};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html_with, see_other};
use crate::web::session::{Admin, Session};
use crate::web::views::{AccountFormPage, FormErrors};
use crate::web::words;

const REPLACEABLE: [&str; 3] = ["auth_token", "shared_key_id", "shared_key_secret"];

/// `GET /settings/accounts/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let account = replaceable(&app, ProviderAccountId(path.into_inner())).await?;
    form(&app, &session, &request, &account, true, FormErrors::none()).await
}

/// `PUT /settings/accounts/{id}`: a field left empty changes nothing.
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let account = replaceable(&app, ProviderAccountId(path.into_inner())).await?;
    let new: BTreeMap<String, String> = REPLACEABLE
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.filled(name)?.to_owned())))
        .collect();
    let keeps = fields.has("keep_previous");
    let caller = session.caller.clone();
    let errors = match replace_credentials::run(&app, caller, account.id, new, keeps).await {
        Ok(()) => return Ok(saved("/settings/senders")),
        Err(ActionError::Invalid { field: "auth_token", problem: Problem::Missing }) => {
            FormErrors::of("auth_token", t.senders_credentials_none())
        }
        Err(error) => words::form_errors(t, error, &[])?,
    };
    form(&app, &session, &request, &account, keeps, errors).await
}

/// `POST /settings/accounts/{id}/check`: asks the provider now.
pub async fn check(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = ProviderAccountId(path.into_inner());
    check_account::run(&app, session.caller, id).await?;
    Ok(see_other(&format!("/settings/senders#account-{id}")))
}

/// The account, if it has credentials of a provider.
async fn replaceable(app: &App, id: ProviderAccountId) -> Result<ProviderAccount, WebError> {
    let account = app.store.read(move |db| provider_accounts::find(db, id)).await?;
    if account.kind == "simulator" { Err(WebError::NotFound) } else { Ok(account) }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    account: &ProviderAccount,
    keeps_previous: bool,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let page = AccountFormPage {
        shell: frame(app, session, request).await?,
        id: account.id.to_string(),
        label: account.settings.get("account_sid").map_or_else(String::new, |sid| shortened(sid)),
        has_shared_key: account.settings.contains_key("shared_key_id"),
        keeps_previous,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
