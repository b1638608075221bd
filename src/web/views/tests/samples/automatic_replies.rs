//! What an inbox answers by itself.

use askama::Template;

use super::shell;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let rule = |number: usize, when: &str, wrong: bool| AutomaticRuleView {
        number,
        when: when.into(),
        words: "営業時間、何時まで".into(),
        body: "{{会社名}}です。営業時間は9時から18時です。".into(),
        order: number.to_string(),
        wrong: std::array::from_fn(|_| wrong.then(|| t.escalation_wrong_words().to_owned())),
    };
    let page = |has_hours: bool, errors: FormErrors| AutomaticRepliesPage {
        shell: Shell { nav: Nav::Settings, ..shell(t) },
        id: "i1".into(),
        inbox: "採用センター".into(),
        has_hours,
        pause: "12".into(),
        mails: has_hours,
        rules: vec![rule(1, "contains", false), rule(2, "outside_hours", !has_hours)],
        fields: vec![ChoiceView {
            value: "{{氏名}}".into(),
            label: t.merge_contact_name().into(),
            chosen: false,
        }],
        errors,
    };
    let wrong = FormErrors::of("pause", t.automatic_wrong_pause());
    vec![
        ("automatic-replies", page(true, FormErrors::none()).render().unwrap()),
        ("automatic-replies-wrong", page(false, wrong).render().unwrap()),
    ]
}
