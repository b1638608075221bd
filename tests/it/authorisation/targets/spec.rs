//! How a route is written down.

use super::{Needs, Object, Spec};

pub const fn spec(method: &'static str, path: &'static str, object: Object) -> Spec {
    Spec { method, path, object, needs: Needs::Nothing, body: "" }
}

pub const fn answering(
    method: &'static str,
    path: &'static str,
    object: Object,
    body: &'static str,
) -> Spec {
    Spec { method, path, object, needs: Needs::Answering, body }
}

pub const fn with(
    method: &'static str,
    path: &'static str,
    object: Object,
    body: &'static str,
) -> Spec {
    Spec { method, path, object, needs: Needs::Nothing, body }
}
