//! Masked numbers on every route (F-53): whoever is shown masked ones meets the
//! whole number nowhere; whoever is not meets it, on the same walk.

use std::collections::BTreeSet;

use henji::actions::masking;
use henji::domain::user::{Actor, Caller, Role};
use henji::web::routes::{Access, Route, TABLE};
use reqwest::RequestBuilder;

use super::principals::{Principal, Who};
use super::targets::{Scene, Target};
use crate::support::TestApp;
use crate::support::answer::Answer;

/// +81 90 1234 5678, in whatever way somebody may have written it.
const WRITTEN: [&str; 4] = ["9012345678", "90-1234-5678", "1234-5678", "90 1234 5678"];

/// How a number is to be written, beside fields for one.
const EXAMPLE: &str = "例: 090-1234-5678";

/// Pages that find it by its last digits, and a script's parts of pages.
const BESIDE: [(&str, &str); 6] = [
    ("/search?q=5678", ""),
    ("/contacts?q=5678", ""),
    ("/conversations?view=all", "rows"),
    ("/palette", "palette"),
    ("/api/v1/contacts?q=5678", ""),
    ("/api/v1/search?q=秘密", ""),
];

#[tokio::test]
async fn a_masked_role_meets_the_whole_number_nowhere() {
    let app = TestApp::start().await;
    app.leaves_work();
    let people = Principal::everybody(&app).await;
    let scene = Scene::set(&app).await;
    app.index().await;
    let named = |name: &str| people.iter().find(|one| one.name == name).unwrap();
    let agents = [named("Sato"), named("a token with every scope")];

    // The control: a walk that meets nothing proves nothing.
    let pages = walk(&app, &scene, agents[0]).await;
    let answers = walk(&app, &scene, agents[1]).await;
    assert!(pages.len() >= 10, "{pages:?}");
    assert!(answers.len() >= 6, "{answers:?}");
    // Who only reads is shown masked numbers without anybody having said so.
    assert_eq!(walk(&app, &scene, named("the viewer")).await, BTreeSet::new());

    let admin = Caller::house(Actor::operator());
    masking::set(&app, admin, vec![Role::Agent]).await.unwrap();
    for masked in agents {
        assert_eq!(walk(&app, &scene, masked).await, BTreeSet::new(), "{}", masked.name);
    }
    assert!(!walk(&app, &scene, named("the viewer")).await.is_empty(), "no longer chosen");
    assert!(!walk(&app, &scene, named("the administrator")).await.is_empty());
}

/// The addresses whose answers tell somebody the whole number.
async fn walk(app: &TestApp, scene: &Scene, by: &Principal) -> BTreeSet<String> {
    let mut met = BTreeSet::new();
    for route in TABLE.iter().filter(|route| is_walked(route, by)) {
        for target in scene.targets(route) {
            for name in ["", "thread"] {
                let request = target.request(app, route, by);
                if tells(request, name).await {
                    met.insert(format!("{} {}", route.method, target.path));
                }
            }
        }
    }
    let find = |path: &str| TABLE.iter().find(|route| route.path == path).unwrap();
    for (path, fragment) in BESIDE {
        let route = find(path.split('?').next().unwrap());
        if is_walked(route, by) {
            let request = Target::at(path).request(app, route, by);
            if tells(request, fragment).await {
                met.insert(path.to_owned());
            }
        }
    }
    met
}

async fn tells(request: RequestBuilder, fragment: &str) -> bool {
    let request =
        if fragment.is_empty() { request } else { request.header("x-fragment", fragment) };
    let answer = Answer::to(request).await;
    // What was looked for is marked in it.
    let text = [EXAMPLE, "<mark>", "</mark>"]
        .iter()
        .fold(answer.text, |text, mark| text.replace(mark, ""));
    WRITTEN.iter().any(|written| text.contains(written))
}

/// Not the handsets of the simulator, nor what is there to show the number; and
/// not what would end the session, or give the customer a name.
fn is_walked(route: &Route, by: &Principal) -> bool {
    let is_for = matches!(
        (route.access, &by.who),
        (Access::User | Access::Admin | Access::Auditor, Who::User { .. })
            | (Access::Token(_) | Access::AnyToken, Who::Program { .. })
    );
    let is_apart = matches!(
        route.path,
        "/session" | "/live" | "/contacts/{id}/number" | "/conversations/{id}/contact"
    );
    is_for && !is_apart && !route.path.contains("/sim") && route.method != "delete"
}
