//! Everybody who might ask.

use chrono::TimeDelta;
use henji::actions::people::{self, NewUser};
use henji::actions::settings;
use henji::domain::user::{Actor, Caller, Role};
use henji::web::routes::{Access, Route, TABLE};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{self, ADMIN, AUDITOR, Character, SATO, SUZUKI, TANAKA, VIEWER, YAMADA};

#[derive(Clone, Debug)]
pub struct Principal {
    pub name: &'static str,
    pub who: Who,
    /// `__Host-sid=…`, empty where there is none.
    pub cookie: String,
    pub csrf: String,
    pub bearer: Option<String>,
    character: Option<Character>,
}

#[derive(Clone, Debug)]
pub enum Who {
    /// No session and no token that are in force.
    Nobody,
    User {
        role: Role,
        is_member: bool,
    },
    Program {
        scopes: Vec<&'static str>,
    },
}

impl Principal {
    /// Those whose rights are gone come first: they had them once.
    pub async fn everybody(app: &TestApp) -> Vec<Self> {
        let mut everybody = vec![Self::nobody("anonymous")];
        let expired = Self::browser("an expired session", &app.sign_in(SATO).await);
        app.advance(TimeDelta::hours(17));
        everybody.push(expired);
        everybody.push(Self::disabled(app).await);
        for (name, character, is_member) in [
            ("Sato", SATO, true),
            ("Tanaka", TANAKA, true),
            ("Suzuki", SUZUKI, true),
            ("Yamada", YAMADA, false),
            ("the viewer", VIEWER, true),
            ("the auditor", AUDITOR, false),
            ("the administrator", ADMIN, true),
        ] {
            let browser = app.sign_in(character).await;
            let who = Who::User { role: character.role, is_member };
            let character = Some(character);
            everybody.push(Self { who, character, ..Self::browser(name, &browser) });
        }
        everybody.push(Self::made_up(app).await);
        everybody.push(Self {
            bearer: Some("henji_live_000000000000000000000000000000_000000".into()),
            ..Self::nobody("a made-up token")
        });
        everybody.push(Self::revoked(app).await);
        everybody
            .push(Self::program(app, "a token for something else", vec!["contacts:read"]).await);
        everybody.push(Self::program(app, "a token with every scope", scopes()).await);
        everybody.push(Self::program(app, "a token for everything", vec!["admin"]).await);
        everybody
    }

    /// Whoever signs out must sign in again for the next question.
    pub async fn for_one_request(&self, app: &TestApp, route: &Route) -> Self {
        let ends_session = route.path == "/session" && route.method == "delete";
        match self.character {
            Some(character) if ends_session => {
                let browser = app.sign_in(character).await;
                let Self { cookie, csrf, .. } = Self::browser(self.name, &browser);
                Self { cookie, csrf, ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// What a token in force may be used for.
    pub fn scopes(&self) -> Option<&[&'static str]> {
        match &self.who {
            Who::Program { scopes } => Some(scopes),
            _ => None,
        }
    }

    fn nobody(name: &'static str) -> Self {
        let (cookie, csrf) = (String::new(), String::new());
        Self { name, who: Who::Nobody, cookie, csrf, bearer: None, character: None }
    }

    fn browser(name: &'static str, browser: &Browser) -> Self {
        Self { cookie: browser.cookie(), csrf: browser.csrf(), ..Self::nobody(name) }
    }

    /// A cookie nobody was given, with the token the forms of its bearer have.
    async fn made_up(app: &TestApp) -> Self {
        let cookie = format!("__Host-sid={}", "A".repeat(43));
        let request = app.http.get(format!("{}/session/new", app.url)).header("cookie", &cookie);
        let page = Answer::to(request).await.expect(200);
        let csrf = page.attribute("input[name=csrf]", "value").unwrap();
        Self { cookie, csrf, ..Self::nobody("a made-up cookie") }
    }

    async fn disabled(app: &TestApp) -> Self {
        let email = "former@example.jp".to_owned();
        let new = NewUser {
            email: email.clone(),
            name: "元 社員".into(),
            role: Role::Admin,
            password: cast::PASSWORD.into(),
            locale: "ja".into(),
        };
        people::add(app, operator(), new, vec![app.cast.reception]).await.unwrap();
        let browser = Browser::new(app);
        browser.sign_in(&email, cast::PASSWORD).await;
        people::disable(app, operator(), email).await.unwrap();
        Self::browser("a disabled administrator", &browser)
    }

    async fn revoked(app: &TestApp) -> Self {
        let scopes = vec!["admin".to_owned()];
        let added = settings::add_token(app, operator(), "old".into(), scopes).await;
        let (id, secret) = added.unwrap();
        settings::revoke_token(app, operator(), id).await.unwrap();
        Self { bearer: Some(secret), ..Self::nobody("a revoked token") }
    }

    async fn program(app: &TestApp, name: &'static str, scopes: Vec<&'static str>) -> Self {
        let words = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let added = settings::add_token(app, operator(), name.into(), words).await;
        let (_, secret) = added.unwrap();
        let who = Who::Program { scopes };
        Self { who, bearer: Some(secret), ..Self::nobody(name) }
    }
}

/// Every scope a route asks for, none of them `admin`.
fn scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&str> = TABLE
        .iter()
        .filter_map(|route| match route.access {
            Access::Token(scope) if scope != "admin" => Some(scope),
            _ => None,
        })
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn operator() -> Caller {
    Caller::house(Actor::operator())
}
