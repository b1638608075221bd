//! Keys for programs.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved, status_of};
use crate::actions::settings::{self, SCOPES};
use crate::app::App;
use crate::domain::id::ApiTokenId;
use crate::locale::Locale;
use crate::store::api_tokens::{self, ApiToken};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::times::Times;
use crate::web::views::{ChoiceView, FormErrors, TokenRowView, TokensPage};
use crate::web::words;

/// `GET /settings/tokens`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, None, &Fields::default(), FormErrors::none()).await
}

/// `POST /settings/tokens`: the answer itself shows the token, this once; led to
/// another page, we would have to keep it.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let name = fields.get("name").trim().to_owned();
    let scopes = fields.all("scope").map(str::to_owned).collect();
    match settings::add_token(&app, session.caller.clone(), name, scopes).await {
        Ok((_, secret)) => {
            let empty = Fields::default();
            page(&app, &session, &request, Some(secret), &empty, FormErrors::none()).await
        }
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            page(&app, &session, &request, None, &fields, errors).await
        }
    }
}

/// `DELETE /settings/tokens/{id}`
pub async fn revoke(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    settings::revoke_token(&app, session.caller, ApiTokenId(path.into_inner())).await?;
    Ok(saved("/settings/tokens"))
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    fresh: Option<String>,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let times = house_times(app, t).await?;
    let tokens = app.store.read(api_tokens::all).await?;
    let choice = |scope: &str| ChoiceView {
        value: scope.to_owned(),
        label: words::scope(t, scope).to_owned(),
        chosen: typed.all("scope").any(|chosen| chosen == scope),
    };
    let page = TokensPage {
        shell,
        tokens: tokens.iter().map(|token| row(t, &times, token)).collect(),
        fresh,
        name: typed.get("name").to_owned(),
        scopes: SCOPES.iter().map(|scope| choice(scope)).collect(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn row(t: Locale, times: &Times, token: &ApiToken) -> TokenRowView {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| words::scope(t, scope)).collect();
    TokenRowView {
        id: token.id.to_string(),
        name: token.name.clone(),
        scopes: scopes.join(" · "),
        created: times.day(token.created_at),
        expires: Some(times.day(token.expires_at)),
        revoked: token.revoked_at.is_some(),
    }
}
