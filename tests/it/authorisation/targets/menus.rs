//! Phone menus, which are named and not numbered.

use henji::actions::teams;
use henji::domain::id::{HandoffFlowId, TeamId};
use henji::domain::user::{Actor, Caller};
use henji::store::handoff_flows;
use serde_json::json;

use super::spec::{answering, spec, with};
use super::{Needs, Object, Spec, Target, Whose};
use crate::support::TestApp;

const ONE: &str = "/api/v1/handoff_flows/{name}";
const MENU: &str = r#"{"inbox_id": "{inbox}", "options": []}"#;
const MODE: &str = r#"{"mode": "off"}"#;

pub const SET: Spec = with("put", ONE, Object::Flow, MENU);
pub const SHOW: Spec = spec("get", ONE, Object::Flow);
pub const OVERFLOW: Spec = with("put", "/api/v1/handoff_flows/{name}/overflow", Object::Flow, MODE);
pub const PRESS: Spec = with("post", "/api/v1/handoffs", Object::None, "{}");

pub const TRY: Spec =
    answering("post", "/handoff_flows/{id}/presses", Object::Menu, "number=&digit=1");
pub const SWITCH: Spec = Spec {
    needs: Needs::Supervising,
    ..with("put", "/handoff_flows/{id}/overflow", Object::Menu, "mode=off")
};

/// The menu of [`team`], as pages name it.
pub async fn id(app: &TestApp) -> HandoffFlowId {
    let found = app.store.read(|db| handoff_flows::find_by_name(db, "matrix")).await;
    found.unwrap().expect("it was made").id
}

/// A team that answers may go to, and a menu to be asked for.
pub async fn team(app: &TestApp) -> TeamId {
    let menu = json!({"inbox_id": app.cast.reception.0, "options": []});
    app.api().put("/handoff_flows/matrix", menu).await.expect(200);
    let wanted = teams::Wanted {
        id: None,
        name: "夜間".into(),
        members: Default::default(),
        inboxes: Default::default(),
    };
    teams::save(app, Caller::house(Actor::operator()), wanted).await.unwrap()
}

/// One that is written where there is none is made.
pub fn targets(spec: &Spec, target: impl Fn(String, Whose) -> Target) -> Vec<Target> {
    let named = |name| spec.path.replace("{name}", name);
    let mut targets = vec![target(named("matrix"), Whose::House)];
    if (spec.method, spec.path) != ("put", ONE) {
        targets.push(target(named("nothing"), Whose::Nobodys));
    }
    targets
}
