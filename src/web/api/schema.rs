//! The description of the API, served as it is compiled in.

use actix_web::HttpResponse;

const OPENAPI: &str = include_str!("openapi.json");

/// `GET /openapi.json`
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(OPENAPI)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::web::routes::{Access, TABLE};

    const BASE: &str = "/api/v1";

    fn description() -> Value {
        serde_json::from_str(OPENAPI).unwrap()
    }

    /// Every operation as `get /messages/{id}`, with what it is described to be.
    fn operations(description: &Value) -> Vec<(String, &Value)> {
        let paths = description["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().iter();
                methods
                    .filter(|(name, _)| *name != "parameters")
                    .map(move |(method, operation)| (format!("{method} {path}"), operation))
            })
            .collect()
    }

    #[test]
    fn the_routes_and_their_description_are_the_same() {
        let described = description();
        let described: BTreeSet<String> =
            operations(&described).into_iter().map(|(name, _)| name).collect();
        let routed: BTreeSet<String> = TABLE
            .iter()
            .filter_map(|route| Some((route.method, route.path.strip_prefix(BASE)?)))
            .map(|(method, path)| format!("{method} {path}"))
            .collect();
        assert_eq!(described, routed);
        assert_eq!(description()["servers"][0]["url"], BASE);
    }

    #[test]
    fn every_operation_names_the_scope_the_table_asks_for() {
        let description = description();
        for (name, operation) in operations(&description) {
            let (method, path) = name.split_once(' ').unwrap();
            let route = TABLE
                .iter()
                .find(|route| route.method == method && route.path == format!("{BASE}{path}"))
                .unwrap();
            match route.access {
                Access::Token(scope) => {
                    assert_eq!(operation["security"][0]["token"][0], scope, "{name}");
                    for status in ["401", "403", "503"] {
                        assert!(operation["responses"][status].is_object(), "{name} {status}");
                    }
                }
                Access::Public => assert_eq!(operation["security"], serde_json::json!([])),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(members) => members.iter().for_each(|(name, value)| match value {
                    Value::String(target) if name == "$ref" => found.push(target),
                    _ => references(value, found),
                }),
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let description = description();
        let mut found = Vec::new();
        references(&description, &mut found);
        assert!(found.len() > 50);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(description.pointer(pointer).is_some(), "{target}");
        }
    }
}
