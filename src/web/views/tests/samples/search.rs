//! The search page.

use askama::Template;

use super::{inbox, shell, time};
use crate::domain::search::Part;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let page = |form, results| SearchPage { shell: shell(t), form, results }.render().unwrap();
    let empty = ResultsView {
        contacts: vec![],
        more_contacts: None,
        hits: vec![],
        next: None,
        is_building: true,
        ..results(t)
    };
    let wrong = SearchForm { error: Some(t.search_too_long().into()), ..form() };
    vec![
        ("search", page(SearchForm::default(), None)),
        ("search-found", page(form(), Some(results(t)))),
        ("search-nothing", page(form(), Some(empty))),
        ("search-refused", page(wrong, None)),
    ]
}

fn form() -> SearchForm {
    SearchForm {
        q: "面接 <b>".into(),
        from: "2026-11-01".into(),
        inboxes: vec![inbox("i1", "採用センター"), inbox("i2", "住所変更窓口")],
        inbox_id: Some("i2".into()),
        tags: vec![TagView { id: "t1".into(), name: "面接".into(), colour: "ai" }],
        tag_id: Some("t1".into()),
        widened: "/search?q=x".into(),
        ..SearchForm::default()
    }
}

fn results(t: Locale) -> ResultsView {
    let part = |text: &str, found| Part { text: text.into(), found };
    let hit = |speaker| HitView {
        href: "/conversations/c1?m=m1#m-m1".into(),
        name: "山田 花子".into(),
        inbox_name: Some("採用センター".into()),
        at: time("11月21日(土) 14:02"),
        speaker,
        parts: vec![part("…候補日の", false), part("面接", true), part("<i>です", false)],
    };
    ResultsView {
        t,
        contacts: vec![ContactHitView {
            conversation_id: "c1".into(),
            name: vec![part("面接", true), part(" 太郎", false)],
            number: vec![part("090-", false), part("1234", true), part("-5678", false)],
            has_name: true,
            inbox_name: None,
            at: time("14:02"),
        }],
        more_contacts: Some("/search?q=x&only=contacts".into()),
        hits: vec![
            hit(Speaker::Customer),
            hit(Speaker::Us(Some("佐藤 花".into()))),
            hit(Speaker::Us(None)),
            hit(Speaker::Note(Some("佐藤 花".into()))),
        ],
        next: Some("/search?q=x&cursor=1-2".into()),
        contacts_only: false,
        is_building: false,
    }
}
