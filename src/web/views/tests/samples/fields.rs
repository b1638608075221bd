//! Fields of customers, as an administrator makes them.

use askama::Template;

use super::shell;
use crate::domain::contact_field::FieldKind;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let row = |id: &str, name: &str, kind, archived| ContactFieldRowView {
        id: id.into(),
        name: name.into(),
        kind,
        position: 10,
        archived,
    };
    let fields = vec![
        row("f1", "会員番号", FieldKind::Text, false),
        row("f2", "旧契約日", FieldKind::Date, true),
    ];
    let form = |id: Option<&str>, archived| ContactFieldFormPage {
        shell: shell(t),
        id: id.map(str::to_owned),
        name: "区分".into(),
        kind: FieldKind::Choice,
        choices: "個人\n法人".into(),
        position: "10".into(),
        archived,
        errors: FormErrors::of("choices", t.fields_choices_missing()),
    };
    vec![
        ("fields", ContactFieldsPage { shell: shell(t), fields }.render().unwrap()),
        ("fields-none", ContactFieldsPage { shell: shell(t), fields: vec![] }.render().unwrap()),
        ("field-new", form(None, false).render().unwrap()),
        ("field-archived", form(Some("f1"), true).render().unwrap()),
    ]
}
