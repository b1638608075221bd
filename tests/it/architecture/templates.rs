//! What no template may hold: anything the policy of the browser would refuse,
//! and any way round the escaping.

use std::path::Path;

use super::{files_below, read};

/// Templates that may write text as it is, and why that is safe.
const UNESCAPED: &[(&str, &str)] = &[];

#[test]
fn nothing_is_inline_and_everything_is_escaped() {
    let templates = files_below(Path::new("templates"), "html");
    assert!(templates.len() > 20, "only {} templates found", templates.len());
    let mut broken = Vec::new();
    for file in templates {
        let name = file.display().to_string();
        for problem in problems(&read(&file)) {
            let is_known = UNESCAPED.iter().any(|(known, _)| *known == name);
            if problem != "|safe" || !is_known {
                broken.push(format!("{name}: {problem}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_check_finds_what_it_looks_for() {
    for (planted, problem) in [
        ("<p>{{ body|safe }}</p>", "|safe"),
        ("<p>{{ body | safe }}</p>", "|safe"),
        ("{% autoescape false %}", "autoescape"),
        ("<p style=\"color:red\">", "style="),
        ("<p\n style='x'>", "style="),
        ("<button onclick=\"go()\">", "onclick="),
        ("<img src=x onerror = go()>", "onerror="),
        ("<script>go()</script>", "<script>"),
        ("<script type=\"module\">go()</script>", "<script>"),
        ("<style>p{}</style>", "<style>"),
        ("<a href=\"javascript:go()\">", "javascript:"),
    ] {
        assert!(problems(planted).contains(&problem.to_owned()), "{planted}");
    }
    for innocent in [
        "<script type=\"module\" src=\"/static/app.js\"></script>",
        "<p data-confirm=\"{{ t.stop() }}\" class=\"done\">on = 1, stylesheet</p>",
        "<link rel=\"stylesheet\" href=\"/static/app.css\">",
        "{% if now.on == 1 %}one{% endif %}",
    ] {
        assert!(problems(innocent).is_empty(), "{innocent}: {:?}", problems(innocent));
    }
}

fn problems(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    for word in ["|safe", "autoescape", "javascript:"] {
        if squeezed.contains(word) {
            found.push(word.to_owned());
        }
    }
    if text.contains("<style") {
        found.push("<style>".to_owned());
    }
    for (at, _) in text.match_indices("<script") {
        let rest = &text[at..];
        let opened = rest.find('>').map_or(rest.len(), |end| end + 1);
        if !rest[opened..].starts_with("</script>") || !rest[..opened].contains("src=") {
            found.push("<script>".to_owned());
        }
    }
    found.extend(attributes(text).filter(|name| name == "style=" || is_handler(name)));
    found
}

/// The names of attributes inside tags, with their `=`.
fn attributes(text: &str) -> impl Iterator<Item = String> {
    tags(text).into_iter().flat_map(|tag| {
        tag.match_indices('=')
            .map(|(at, _)| {
                let before = tag[..at].trim_end();
                let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                format!("{}=", &before[start.map_or(0, |start| start + 1)..])
            })
            .collect::<Vec<_>>()
    })
}

/// What stands between `<` and `>` of the markup itself, template code left out.
fn tags(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{']) {
        let closes = match rest[start..].chars().nth(1) {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => {
                plain.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
                continue;
            }
        };
        plain.push_str(&rest[..start]);
        rest = rest[start..].find(closes).map_or("", |end| &rest[start + end + 2..]);
    }
    plain.push_str(rest);
    plain
        .split('<')
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap_or_default().to_owned())
        .collect()
}

fn is_handler(attribute: &str) -> bool {
    attribute.strip_prefix("on").is_some_and(|rest| {
        rest.len() > 1 && rest[..rest.len() - 1].chars().all(|c| c.is_ascii_lowercase())
    })
}
