//! The words of a mail that was written in HTML alone, without what it quotes.
//!
//! Nothing of it is ever shown as HTML: this reads text out of it, as far as mail
//! programs write it, and knows by which marks they set off what they quote.

/// Nothing in these is said by anybody.
const SILENT: &[&str] = &["head", "style", "script", "title", "blockquote"];
/// Blocks end a line.
const BLOCKS: &[&str] =
    &["p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "pre", "hr"];
/// Elements that never close.
const VOID: &[&str] = &["br", "img", "hr", "meta", "link", "input", "wbr", "col", "base", "area"];
/// Classes and ids of quotes: Gmail, Yahoo!, Thunderbird, Proton.
const QUOTES: &[&str] = &[
    "gmail_quote",
    "gmail_quote_container",
    "gmail_attr",
    "yahoo_quoted",
    "yahooquoted",
    "moz-cite-prefix",
    "protonmail_quote",
];
/// Signatures that say so themselves.
const SIGNATURES: &[&str] =
    &["gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "signature"];
/// Outlook: what stands behind these is all quoted.
const DIVIDERS: &[&str] =
    &["divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"];
/// How deep elements are followed; deeper ones are all one.
const DEEPEST: usize = 512;

pub fn text_of_html(html: &str) -> String {
    let mut text = String::new();
    // Elements that are open, and whether they are silent.
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut rest = html;
    loop {
        let Some(at) = rest.find('<') else {
            say(&mut text, &open, rest);
            break;
        };
        say(&mut text, &open, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(end) = end_of_tag(rest) else { break };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let (name, closes) = name_of(tag);
        if name == "br" || BLOCKS.contains(&name.as_str()) {
            break_line(&mut text, &open, name == "br");
        }
        if closes {
            if let Some(n) = open.iter().rposition(|(known, _)| *known == name) {
                open.truncate(n);
            }
            continue;
        }
        let marks = marks_of(tag);
        let has = |known: &[&str]| marks.iter().any(|mark| known.contains(&mark.as_str()));
        if has(DIVIDERS) {
            break;
        }
        if matches!(name.as_str(), "script" | "style") {
            let close = rest.to_ascii_lowercase().find(&format!("</{name}"));
            rest = close.map_or("", |close| &rest[close..]);
        }
        let is_void = VOID.contains(&name.as_str()) || tag.ends_with('/');
        if !is_void && open.len() < DEEPEST && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let silent = SILENT.contains(&name.as_str()) || has(QUOTES) || has(SIGNATURES);
            open.push((name, silent || open.last().is_some_and(|(_, silent)| *silent)));
        }
    }
    text
}

fn is_silent(open: &[(String, bool)]) -> bool {
    open.last().is_some_and(|(_, silent)| *silent)
}

/// Spaces and line ends are one space, as browsers show them.
fn say(text: &mut String, open: &[(String, bool)], html: &str) {
    if is_silent(open) {
        return;
    }
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        let (said, length) = match c {
            '&' => entity(rest),
            c => (c, c.len_utf8()),
        };
        rest = &rest[length..];
        let is_gap = said.is_ascii_whitespace();
        if !is_gap {
            text.push(said);
        } else if !text.ends_with([' ', '\n']) && !text.is_empty() {
            text.push(' ');
        }
    }
}

fn break_line(text: &mut String, open: &[(String, bool)], always: bool) {
    if !is_silent(open) && (always || !text.ends_with('\n') && !text.is_empty()) {
        text.push('\n');
    }
}

/// Where a tag ends; a `>` in quotes does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (n, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(n),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn name_of(tag: &str) -> (String, bool) {
    let (closes, tag) = match tag.strip_prefix('/') {
        Some(tag) => (true, tag),
        None => (false, tag),
    };
    let end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
    (tag[..end].to_ascii_lowercase(), closes)
}

/// The words of its `class` and `id`, as far as they are told apart by spaces.
fn marks_of(tag: &str) -> Vec<String> {
    let lower = tag.to_ascii_lowercase();
    let mut marks = Vec::new();
    for name in ["class=", "id="] {
        for (at, _) in lower.match_indices(name) {
            let value = &lower[at + name.len()..];
            let value = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
                _ => value.split(char::is_whitespace).next().unwrap_or_default(),
            };
            // Outlook on the web puts "x_" before the names of others.
            let bare = |mark: &str| mark.trim_start_matches("x_").to_owned();
            marks.extend(value.split_whitespace().map(bare));
        }
    }
    marks
}

/// What `&…;` stands for, and how long it is; by itself an ampersand is one.
fn entity(text: &str) -> (char, usize) {
    const NAMED: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("yen", '¥'),
        ("hellip", '…'),
        ("mdash", '—'),
        ("ndash", '–'),
        ("rsquo", '’'),
        ("lsquo", '‘'),
        ("rdquo", '”'),
        ("ldquo", '“'),
    ];
    let alone = ('&', 1);
    let Some(end) = text.bytes().take(12).position(|byte| byte == b';') else { return alone };
    let name = &text[1..end];
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    let named = || NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    match number.and_then(char::from_u32).or_else(named) {
        Some('\u{a0}') => (' ', end + 1),
        Some(c) => (c, end + 1),
        None => alone,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_and_letters_are_as_a_browser_shows_them() {
        for (html, text) in [
            (
                "<p>はい、\n承知しました。</p><p>では&amp;&lt;3 &#x1F44D;&nbsp;A&B</p>",
                "はい、 承知しました。\nでは&<3 👍 A&B\n",
            ),
            ("<div>一<br>二</div><div><br></div><div>三</div>", "一\n二\n\n三\n"),
            ("<STYLE>p{}</STYLE><script>if(a<b){}</script>x<!-- <p>y</p> -->z", "xz"),
            ("<a title=\"a>b\" href='x'>link</a>", "link"),
            ("a <b>b", "a b"),
            ("5 < 6", "5 "),
        ] {
            assert_eq!(text_of_html(html), text, "{html}");
        }
    }

    #[test]
    fn what_is_quoted_is_left_out() {
        for html in [
            "<div>はい</div><div class=\"gmail_quote\"><div class=gmail_attr>On…</div><blockquote>x</blockquote></div>",
            "<p>はい</p><blockquote type=\"cite\"><div>x<p>y</div></blockquote>",
            "<div>はい</div><div class='moz-cite-prefix'>x:<br></div><blockquote>y</blockquote>",
            "<div>はい</div><div id=\"appendonsend\"></div><hr><div id=\"x_divRplyFwdMsg\">From: x</div><div>y</div>",
            "<div>はい</div><div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\">x</div>",
            "<div>はい</div><div class=\"gmail_signature\">佐藤<br>TEL</div>",
        ] {
            assert_eq!(text_of_html(html).trim(), "はい", "{html}");
        }
        // The control: without its mark a quote is as good as said.
        assert_eq!(text_of_html("<div>はい</div><div>x</div>").trim(), "はい\nx");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(html: String, other in "[<>/a-z\"'=& #;!-]{0,80}") {
            let _ = text_of_html(&html);
            let _ = text_of_html(&other);
        }

        #[test]
        fn nothing_quoted_is_ever_said(before in "[ぁ-ん]{0,9}", quoted in "[a-z]{1,9}", deep in 1_usize..4) {
            let html = format!(
                "<div>{before}</div>{}{quoted}{}",
                "<blockquote><div>".repeat(deep),
                "</div></blockquote>".repeat(deep)
            );
            let text = text_of_html(&html);
            prop_assert!(!text.contains(&quoted), "{}", text);
            prop_assert!(text.contains(&before));
        }
    }
}
