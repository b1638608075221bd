//! Who calls: the owner of a bearer token, and what it may do.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use super::Answer;
use super::error::ApiError;
use crate::app::App;
use crate::domain::masking::Numbers;
use crate::domain::user::{Actor, Caller, Role, Sight};
use crate::store::api_tokens::{self, ApiToken};
use crate::store::{StoreError, masking};
use crate::web::error::WebError;
use crate::web::routes::{Access, TABLE};
use crate::web::session::{app_of, origin};

const ADMIN: &str = "admin";

/// A call to the API, before it is known who makes it.
pub struct Call(HttpRequest);

/// The owner of a token that may do what was asked for.
pub struct Asker {
    pub app: Arc<App>,
    pub request: HttpRequest,
    pub token: ApiToken,
    pub caller: Caller,
    /// How it is told numbers: as agents see them, unless it may do everything.
    pub numbers: Numbers,
}

impl Call {
    /// Does `work` if the token may, and makes an answer of what comes of it.
    ///
    /// The only way to an [`Asker`]: no handler can forget to ask.
    pub async fn answer(self, work: impl AsyncFnOnce(Asker) -> Answer) -> HttpResponse {
        let outcome = match self.asker().await {
            Ok(asker) => work(asker).await,
            Err(error) => Err(error),
        };
        outcome.unwrap_or_else(ApiError::into_response)
    }

    async fn asker(self) -> Result<Asker, ApiError> {
        let app = app_of(&self.0);
        let access = access(&self.0).ok_or(WebError::NotFound)?;
        let secret = bearer(&self.0)
            .ok_or(ApiError::Unauthorized("send an API token: Authorization: Bearer <token>"))?;
        let now = app.clock.now();
        let found = app.store.read(move |db| {
            let found = api_tokens::find(db, &secret, now)?;
            found.map(|token| Ok((masking::of(db, role_of(&token))?, token))).transpose()
        });
        let found: Result<Option<(Numbers, ApiToken)>, StoreError> = found.await;
        let (numbers, token) = found?.ok_or(ApiError::Unauthorized(
            "the token is unknown, expired or revoked; make a new one",
        ))?;
        check(access, &token.scopes)?;
        let caller = caller(&token, numbers, origin(&self.0, &app));
        Ok(Asker { app, request: self.0, token, caller, numbers })
    }
}

impl FromRequest for Call {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.clone())))
    }
}

/// What the route table asks of a caller of this route.
fn access(request: &HttpRequest) -> Option<Access> {
    let pattern = request.match_pattern()?;
    TABLE
        .iter()
        .find(|route| {
            route.path == pattern && route.method.eq_ignore_ascii_case(request.method().as_str())
        })
        .map(|route| route.access)
}

fn check(access: Access, scopes: &[String]) -> Result<(), ApiError> {
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted || scope == ADMIN);
    match access {
        Access::Token(scope) if has(scope) => Ok(()),
        Access::Token(scope) => Err(ApiError::MissingScope(scope)),
        Access::AnyToken => Ok(()),
        // A handler of the API behind a route of somebody else's is a mistake
        // in the table, and no way in.
        _ => Err(WebError::NotFound.into()),
    }
}

fn caller(token: &ApiToken, numbers: Numbers, origin: String) -> Caller {
    let actor = Actor::api_token(token.id, Some(origin));
    Caller { actor, role: role_of(token), sight: Sight::All, numbers }
}

fn role_of(token: &ApiToken) -> Role {
    let is_admin = token.scopes.iter().any(|scope| scope == ADMIN);
    if is_admin { Role::Admin } else { Role::Agent }
}

/// The token of `Authorization: Bearer <token>`; the word in any case (RFC 9110).
fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_scope_opens_its_routes_and_admin_opens_all() {
        let allows = |scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            check(Access::Token("messages:read"), &scopes).is_ok()
        };
        assert!(allows(&["messages:read"]));
        assert!(allows(&["simulator", "messages:read"]));
        assert!(allows(&["admin"]));
        assert!(!allows(&["messages:send"]));
        assert!(!allows(&["messages"]));
        assert!(!allows(&[]));
    }

    #[test]
    fn a_token_opens_no_page() {
        for access in [Access::Public, Access::User, Access::Admin, Access::Provider] {
            assert!(check(access, &["admin".to_owned()]).is_err(), "{access:?}");
        }
    }

    #[test]
    fn only_a_bearer_token_is_one() {
        for (value, token) in [
            ("Bearer henji_live_x", Some("henji_live_x")),
            ("bearer  henji_live_x ", Some("henji_live_x")),
            ("Basic aGVuamk=", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("henji_live_x", None),
        ] {
            let request = TestRequest::default().insert_header((header::AUTHORIZATION, value));
            assert_eq!(bearer(&request.to_http_request()).as_deref(), token, "{value}");
        }
        assert_eq!(bearer(&TestRequest::default().to_http_request()), None);
    }
}
