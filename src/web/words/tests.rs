use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::actions::settings::SCOPES;

/// Whether somebody put it into Japanese.
fn is_japanese(text: &str) -> bool {
    !text.is_ascii()
}

/// The words in quotes that look like an action of the audit log.
fn actions_in(source: &str) -> BTreeSet<String> {
    let verbs = source.split('"').skip(1).step_by(2).filter(|text| {
        let parts = text.split_once('.');
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())
        };
        parts.is_some_and(|(thing, verb)| is_word(thing) && is_word(verb))
    });
    verbs.map(str::to_owned).collect()
}

#[test]
fn every_action_that_is_audited_has_a_name() {
    let mut actions = BTreeSet::new();
    for folder in [
        "src/actions",
        "src/actions/receive_inbound",
        "src/actions/escalate",
        "src/cli",
        "src/cli/demo",
    ] {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            let source = fs::read_to_string(file).unwrap();
            if source.contains("tx.audit") || folder.starts_with("src/actions") {
                actions.extend(actions_in(&source));
            }
        }
    }
    assert!(actions.contains("demo.fill"), "{actions:?}");
    assert!(actions.contains("message.send") && actions.len() > 20, "{actions:?}");
    for action in actions {
        assert!(is_japanese(did(Locale::Ja, &action)), "{action} has no name");
    }
}

#[test]
fn an_action_without_a_name_is_told_by_its_word() {
    assert_eq!(did(Locale::Ja, "escalation.claim"), "escalation.claim");
}

#[test]
fn every_scope_has_a_name() {
    for word in SCOPES {
        assert!(is_japanese(scope(Locale::Ja, word)), "{word} has no name");
    }
}

#[test]
fn every_reason_to_get_no_texts_is_told_apart() {
    let told: BTreeSet<_> =
        CannotReceive::ALL.iter().map(|why| cannot_receive(Locale::En, *why)).collect();
    assert_eq!(told.len(), CannotReceive::ALL.len());
}

#[test]
fn a_refusal_stands_beside_the_field_the_form_has() {
    let refused = ActionError::invalid("inbox", Problem::Missing);
    let errors = form_errors(Locale::En, refused, &[("inbox", "name")]).unwrap();
    assert_eq!(errors.get("name"), Some("Please fill this in"));
    assert_eq!(errors.get("inbox"), None);

    let landline = ActionError::invalid("to", Problem::CannotReceive(CannotReceive::Landline));
    let errors = form_errors(Locale::En, landline, &[]).unwrap();
    assert_eq!(errors.get("to"), Some("This number cannot receive texts (landline)"));
}

#[test]
fn what_no_field_is_to_blame_for_passes_through() {
    let error = form_errors(Locale::En, ActionError::Forbidden, &[]).unwrap_err();
    assert!(matches!(error, WebError::Forbidden));
}
