//! The authorisation matrix (T-AZ-1): every route of the table, asked for by
//! everybody there is, about their own things, others' and none.
//!
//! What must come back follows from the route's `Access` alone; the table of
//! targets only says what to put into the address. A route without a target
//! fails the test, and so does a target without a route.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use henji::web::routes::{Access, Route, TABLE};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::web::headers;

mod masking;
mod odd_addresses;
mod principals;
mod targets;

use principals::{Principal, Who};
use targets::{Needs, Scene, Target, Whose};

/// What a request may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Let in; what the route then makes of an empty form is not asked here.
    Admitted,
    SignedOut,
    Forbidden,
    NotFound,
}

/// Everybody by everything is about 2,000; far fewer means that something is missing.
const FEWEST: usize = 700;

#[tokio::test]
async fn everybody_gets_what_is_theirs_and_nothing_else() {
    let app = TestApp::start().await;
    app.leaves_work();
    let people = Principal::everybody(&app).await;
    let scene = Scene::set(&app).await;
    let mut assertions = 0;
    let mut broken = Vec::new();
    for route in TABLE {
        // Refused webhooks would be answered more and more slowly.
        app.advance(TimeDelta::seconds(61));
        let targets = scene.targets(route);
        let mut hidden: BTreeMap<&str, Vec<(u16, usize)>> = BTreeMap::new();
        for target in &targets {
            for principal in &people {
                let principal = principal.for_one_request(&app, route).await;
                let answer = Answer::to(target.request(&app, route, &principal)).await;
                let expected = expected(route, target, &principal);
                assertions += 1;
                if !expected.fits(&answer) {
                    broken.push(format!(
                        "{} {} as {}: expected {expected:?}, got {}",
                        route.method, target.path, principal.name, answer.status
                    ));
                }
                let missing = headers::missing(&answer, &target.path);
                assertions += 1;
                if !missing.is_empty() {
                    broken.push(format!("{} {}: {missing:?}", route.method, target.path));
                }
                if expected == Verdict::NotFound {
                    let seen = hidden.entry(principal.name).or_default();
                    seen.push((answer.status, answer.text.len()));
                }
            }
        }
        // What is somebody else's looks exactly like what is not there.
        for (name, answers) in hidden {
            assertions += 1;
            if answers.iter().any(|answer| *answer != answers[0]) {
                broken.push(format!(
                    "{} {} tells {name} what exists: {answers:?}",
                    route.method, route.path
                ));
            }
        }
    }
    tell(assertions, people.len());
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(assertions >= FEWEST, "only {assertions} assertions");
}

#[test]
fn every_target_is_a_route() {
    for target in targets::SPECS {
        let is_route = |route: &Route| route.method == target.method && route.path == target.path;
        assert!(TABLE.iter().any(is_route), "{} {} is no route", target.method, target.path);
    }
}

#[test]
fn every_route_for_machines_has_a_check_of_its_own() {
    for route in TABLE {
        let is_hook = route.path.starts_with("/hooks/");
        assert_eq!(is_hook, route.access == Access::Provider, "{}", route.path);
        let is_api = route.path.starts_with("/api/") && route.path != "/api/v1/openapi.json";
        let by_token = matches!(route.access, Access::Token(_) | Access::AnyToken);
        assert_eq!(is_api, by_token, "{}", route.path);
    }
}

/// The control: a verdict that would pass whatever comes back proves nothing.
#[test]
fn a_wrong_answer_is_noticed() {
    let answer = |status| Answer { status, headers: Default::default(), text: String::new() };
    for (verdict, right, wrong) in [
        (Verdict::Admitted, 200, 404),
        (Verdict::Admitted, 409, 500),
        (Verdict::SignedOut, 401, 200),
        (Verdict::Forbidden, 403, 404),
        (Verdict::NotFound, 404, 403),
    ] {
        assert!(verdict.fits(&answer(right)) && !verdict.fits(&answer(wrong)), "{verdict:?}");
    }
}

impl Verdict {
    fn fits(self, answer: &Answer) -> bool {
        match self {
            Self::Admitted => !matches!(answer.status, 401 | 403 | 404 | 405 | 500..),
            Self::SignedOut => answer.status == 401,
            Self::Forbidden => answer.status == 403,
            Self::NotFound => answer.status == 404,
        }
    }
}

fn expected(route: &Route, target: &Target, principal: &Principal) -> Verdict {
    match route.access {
        Access::Public if target.whose == Whose::Nobodys => Verdict::NotFound,
        Access::Public => Verdict::Admitted,
        // The house is furnished: there is no such page any more.
        Access::SetUp => Verdict::NotFound,
        // Nobody here signs as the provider does.
        Access::Provider if target.whose == Whose::Nobodys => Verdict::NotFound,
        Access::Provider => Verdict::Forbidden,
        Access::Token(scope) => of_program(target, principal.scopes(), Some(scope)),
        Access::AnyToken => of_program(target, principal.scopes(), None),
        Access::User | Access::Admin | Access::Auditor => of_person(route, target, principal),
    }
}

fn of_program(target: &Target, scopes: Option<&[&str]>, scope: Option<&str>) -> Verdict {
    let Some(scopes) = scopes else { return Verdict::SignedOut };
    let may = scope.is_none_or(|scope| scopes.contains(&scope) || scopes.contains(&"admin"));
    match (may, target.whose) {
        (false, _) => Verdict::Forbidden,
        (true, Whose::Nobodys) => Verdict::NotFound,
        (true, _) => Verdict::Admitted,
    }
}

fn of_person(route: &Route, target: &Target, principal: &Principal) -> Verdict {
    let Who::User { role, is_member } = principal.who else { return Verdict::SignedOut };
    let may_enter = match route.access {
        Access::Admin => role.may_administer(),
        Access::Auditor => role.may_read_audit(),
        _ => true,
    };
    let sees = match target.whose {
        Whose::House => true,
        Whose::Receptions => {
            role.may_read_conversations() && (is_member || role.sees_every_inbox())
        }
        Whose::Administrators => role.may_administer(),
        Whose::Nobodys => false,
    };
    match (target.needs, target.whose) {
        _ if !may_enter || !sees => Verdict::NotFound,
        (Needs::Answering, Whose::Receptions) if !role.may_answer() => Verdict::Forbidden,
        (Needs::Supervising, _) if !role.may_switch_overflow() => Verdict::Forbidden,
        // Pages for those who answer do not exist for the others.
        (Needs::Answering, _) if !role.may_answer() => Verdict::NotFound,
        _ => Verdict::Admitted,
    }
}

#[expect(clippy::print_stdout, reason = "the number is part of what the test tells")]
fn tell(assertions: usize, people: usize) {
    println!("{assertions} assertions: {} routes, {people} principals", TABLE.len());
}
