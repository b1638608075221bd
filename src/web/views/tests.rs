use askama::Template;
use scraper::{Html, Selector};

use super::*;

mod samples;

/// Every page in both languages, parsed.
fn every_page() -> impl Iterator<Item = (String, String, Html)> {
    Locale::ALL.into_iter().flat_map(|t| {
        samples::pages(t).into_iter().map(move |(name, html)| {
            let parsed = Html::parse_document(&html);
            (format!("{name} in {}", t.tag()), html, parsed)
        })
    })
}

fn select(query: &str) -> Selector {
    Selector::parse(query).expect("a selector")
}

#[test]
fn nothing_is_inline() {
    for (name, html, page) in every_page() {
        for element in page.select(&select("*")) {
            for (attribute, _) in element.value().attrs() {
                assert_ne!(attribute, "style", "{name}: {}", element.html());
                assert!(!attribute.starts_with("on"), "{name}: {}", element.html());
            }
        }
        for script in page.select(&select("script")) {
            assert_eq!(script.inner_html().trim(), "", "{name}: a script with a body");
            assert!(script.value().attr("src").is_some(), "{name}: a script without a source");
        }
        assert!(!html.contains("<style"), "{name}: a style element");
        assert!(!html.contains("javascript:"), "{name}: a javascript address");
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    let sprite = crate::web::assets::find("icons.svg").expect("the sprite");
    let sprite = std::str::from_utf8(sprite.raw).expect("text");
    let mut seen = 0;
    for (name, _, page) in every_page() {
        for icon in page.select(&select("use")) {
            let href = icon.value().attr("href").expect("an address");
            let (file, id) = href.split_once('#').expect("a symbol");
            if file == crate::web::assets::url("icons.svg") {
                assert!(sprite.contains(&format!("<symbol id=\"{id}\"")), "{name}: no symbol {id}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100);
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    let mut seen = 0;
    for (name, _, page) in every_page() {
        for form in page.select(&select("form:not([method=get])")) {
            assert_eq!(form.value().attr("method"), Some("post"), "{name}: {}", form.html());
            // What strangers are shown has no session to take a token from.
            // The form that asks whether a text is ours changes nothing.
            let action = form.value().attr("action");
            if action.is_none_or(|action| action.starts_with("/about-senders"))
                && page.select(&select("#main, .sheet")).count() == 0
            {
                continue;
            }
            let tokens: Vec<_> = form.select(&select("input[name=csrf]")).collect();
            assert_eq!(tokens.len(), 1, "{name}: {}", form.html());
            assert!(
                tokens[0].value().attr("value").is_some_and(|value| !value.is_empty()),
                "{name}"
            );
            seen += 1;
        }
    }
    assert!(seen > 40);
}

#[test]
fn a_button_outside_of_forms_names_one_that_is_on_the_page() {
    for (name, _, page) in every_page() {
        for button in page.select(&select("button[form]")) {
            let form = button.value().attr("form").expect("selected by it");
            assert!(
                page.select(&select(&format!("form#{form}"))).next().is_some(),
                "{name}: {}",
                button.html()
            );
        }
    }
}

#[test]
fn ids_are_unique_and_what_is_pointed_at_is_there() {
    for (name, _, page) in every_page() {
        let mut ids = std::collections::BTreeSet::new();
        for element in page.select(&select("[id]")) {
            let id = element.value().attr("id").expect("selected by it");
            assert!(ids.insert(id.to_owned()), "{name}: #{id} twice");
        }
        for attribute in ["for", "aria-labelledby", "aria-describedby"] {
            for element in page.select(&select(&format!("[{attribute}]"))) {
                for id in element.value().attr(attribute).expect("selected by it").split(' ') {
                    assert!(ids.contains(id), "{name}: {attribute}={id} points nowhere");
                }
            }
        }
    }
}

#[test]
fn every_page_says_its_language_title_and_heading_once() {
    for (name, _, page) in every_page() {
        let tag = &name[name.len() - 2..];
        let html = page.select(&select("html")).next().expect("a document");
        assert_eq!(html.value().attr("lang"), Some(tag), "{name}");
        assert_eq!(page.select(&select("h1")).count(), 1, "{name}");
        assert_eq!(page.select(&select("main")).count(), 1, "{name}");
        let title = page.select(&select("title")).next().expect("a title").inner_html();
        assert!(!title.starts_with(' ') && title.len() > 2, "{name}: {title}");
    }
}

#[test]
fn what_people_wrote_is_text() {
    let hostile = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>";
    let t = Locale::Ja;
    let message = samples::line(t, 1, hostile).render().unwrap();
    let row = RowView { preview: hostile.into(), ..samples::row(t, 1, hostile) }.render().unwrap();
    let head = HeadView { name: hostile.into(), ..samples::head(t) }.render().unwrap();
    let conflict = ConflictView { body: hostile.into(), ..samples::conflict(t) }.render().unwrap();
    for html in [message, row, head, conflict] {
        assert!(!html.contains("<img"), "{html}");
        assert!(!html.contains("<script"), "{html}");
        let text: String = Html::parse_fragment(&html).root_element().text().collect();
        assert!(text.contains(hostile), "{text}");
    }
}

#[test]
fn a_bubble_is_the_same_in_page_fragment_and_event() {
    let t = Locale::Ja;
    let page = samples::thread(t).render().unwrap();
    let lines = samples::thread(t).lines.render().unwrap();
    for message in samples::messages(t) {
        let alone = message.render().unwrap();
        assert!(page.contains(&alone), "the page draws it otherwise: {alone}");
        assert!(lines.contains(&alone), "the fragment draws it otherwise: {alone}");
    }
}

#[test]
fn a_line_keeps_its_spaces_and_breaks() {
    let html = samples::line(Locale::Ja, 1, "  a\n\n b https://example.jp/ c ").render().unwrap();
    let page = Html::parse_fragment(&html);
    let body = page.select(&select(".b")).next().unwrap();
    assert_eq!(body.text().collect::<String>(), "  a\n\n b https://example.jp/ c ");
}

#[test]
fn a_conflict_asks_one_question_only() {
    let html = samples::conflict(Locale::Ja).render().unwrap();
    let page = Html::parse_fragment(&html);
    assert_eq!(page.select(&select("button")).count(), 1);
}

#[test]
fn forms_come_back_with_what_was_entered() {
    let value = |page: &str, field: &str| {
        let pages = samples::pages(Locale::Ja);
        let html = pages.into_iter().find(|(name, _)| *name == page).expect("a sample").1;
        let page = Html::parse_document(&html);
        let field = page.select(&select(&format!("[name={field}]"))).next().expect("a field");
        field.value().attr("value").map(str::to_owned).unwrap_or_else(|| field.text().collect())
    };
    assert_eq!(value("user", "name"), "佐藤 花");
    assert_eq!(value("user", "email"), "sato@example.jp");
    assert_eq!(value("sign-in", "email"), "sato@example.jp");
    assert_eq!(value("sign-in", "password"), "");
    assert_eq!(value("new", "to"), "03-1234-5678");
    assert_eq!(value("conflict", "body"), "履歴書をお持ちください。");
}

#[test]
fn nobody_is_led_to_settings_they_may_not_open() {
    let menu = |role| {
        let shell = Shell { role, ..samples::shell(Locale::Ja) };
        settings_menu(&shell).into_iter().map(|entry| entry.value).collect::<Vec<_>>()
    };
    assert_eq!(menu(Role::Admin).len(), 17);
    assert_eq!(menu(Role::Auditor), ["/settings/audit"]);
    assert!(menu(Role::Agent).is_empty());
}

#[test]
fn a_row_names_the_tabs_it_belongs_to() {
    use crate::domain::conversation::ShownState::*;
    let row = |state, waits: bool| {
        let waiting_since = waits.then(TimeView::default);
        RowView { state, waiting_since, ..samples::row(Locale::Ja, 1, "a") }.views()
    };
    assert_eq!(row(Unassigned, true), "unassigned all waiting");
    assert_eq!(row(Assigned, false), "assigned all");
    assert_eq!(row(Snoozed, true), "snoozed all");
    assert_eq!(row(Closed, false), "closed");
}

#[test]
fn links_are_found_where_japanese_text_goes_on_without_a_space() {
    let body = "こちらhttps://example.jp/a?b=1です。次は http://x.jp/. <b>";
    let links: Vec<_> = pieces(body)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Link(link) => Some(link.address),
            Piece::Text(_) | Piece::Call(_) => None,
        })
        .collect();
    assert_eq!(links, ["https://example.jp/a?b=1", "http://x.jp/"]);
}

#[test]
fn pieces_joined_are_the_body() {
    for body in
        ["", "http", "https://", "xhttps://a", "http://a(b)", "httphttp://q", "終わり https://e.jp"]
    {
        let joined: String = pieces(body).iter().map(Piece::text).collect();
        assert_eq!(joined, body);
    }
}

#[test]
fn a_call_is_a_piece_unless_it_is_in_a_link() {
    let body = "@田中 https://e.jp/@田中 と@佐藤";
    let places: Vec<_> = body.match_indices('@').map(|(at, _)| at..at + "@田中".len()).collect();
    let found = pieces_and_calls(body, &places);
    let calls = found.iter().filter(|piece| matches!(piece, Piece::Call(_)));
    assert_eq!(calls.map(Piece::text).collect::<Vec<_>>(), ["@田中", "@佐藤"]);
    assert_eq!(found.iter().map(Piece::text).collect::<String>(), body);
}

#[test]
fn a_person_is_known_by_the_first_letter() {
    let initial = |name: &str| PersonView { id: String::new(), name: name.into() }.initial();
    assert_eq!(initial("佐藤 花"), "佐");
    assert_eq!(initial("maria"), "M");
    assert_eq!(initial("+81 90"), "8");
    assert_eq!(initial("…"), "?");
}

#[test]
fn what_the_palette_does_a_key_does() {
    let keys = include_str!("../../../static/js/keys.js");
    let row = PaletteRowView {
        href: "/conversations/c1".into(),
        name: "山田 <b>花子".into(),
        of: "採用センター".into(),
    };
    for (t, other) in [(Locale::Ja, Locale::En), (Locale::En, Locale::Ja)] {
        let palette = PaletteView {
            t,
            other,
            tabs: ListTab::ALL.to_vec(),
            recent: vec![row.clone()],
            may_answer: true,
            may_administer: true,
            simulator: true,
        };
        for ActionView { key, label, words, .. } in palette.actions() {
            let is_command = |quote: &str| keys.contains(&format!("\n  {quote}{key}{quote}: "));
            assert!(is_command("") || is_command("'"), "{key}");
            assert_ne!(label, words);
        }
        assert!(palette.render().unwrap().contains("山田 &#60;b&#62;花子"));
        let reader = PaletteView { may_answer: false, ..palette };
        assert!(reader.actions().iter().all(|action| !["r", "e", "i"].contains(&action.key)));
    }
}
