//! Merge fields (差し込み項目): places in a text that are filled with what is
//! known of the conversation.
//!
//! Written `{{氏名}}`, with braces of either width. What is not filled must not
//! leave: a customer called 「{{氏名}}様」 is worse served than by no text.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MergeField {
    /// The contact's name.
    ContactName,
    /// Whoever writes.
    AgentName,
    InboxName,
    OrganizationName,
}

words!(MergeField {
    ContactName = "contact_name",
    AgentName = "agent_name",
    InboxName = "inbox_name",
    OrganizationName = "organization_name",
});

/// The longest name a place can have; braces further apart are just braces.
const LONGEST: usize = 40;

impl MergeField {
    /// The field as templates write it; the first name is the one that is shown.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::ContactName => &["氏名", "名前", "お名前", "name"],
            Self::AgentName => &["担当者", "担当", "agent"],
            Self::InboxName => &["受信箱", "inbox"],
            Self::OrganizationName => &["会社名", "組織名", "company"],
        }
    }

    /// `{{氏名}}`, or `{{name}}` in English.
    pub fn written(self, in_japanese: bool) -> String {
        let names = self.names();
        let name = if in_japanese { names.first() } else { names.last() };
        format!("{{{{{}}}}}", name.copied().unwrap_or_default())
    }
}

/// What a place in a text is called by: a field every house has, or, folded, the
/// name of one of this house's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    Known(MergeField),
    Own(String),
}

/// `text` with every place filled that `value` knows something for.
pub fn fill(text: &str, value: impl Fn(&Called) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut copied = 0;
    for Place { whole, name } in places(text) {
        let known = value(&called(&text[name]));
        if let Some(known) = known.filter(|known| !known.trim().is_empty()) {
            filled.push_str(&text[copied..whole.start]);
            filled.push_str(&known);
            copied = whole.end;
        }
    }
    filled.push_str(&text[copied..]);
    filled
}

/// The first place in `text` that nothing has filled, braces and all.
pub fn unfilled(text: &str) -> Option<&str> {
    places(text).next().map(|place| &text[place.whole])
}

/// The first place that no field is called by; `is_own` knows the house's own.
pub fn unknown(text: &str, is_own: impl Fn(&str) -> bool) -> Option<&str> {
    let is_strange = |place: &Place| match called(&text[place.name.clone()]) {
        Called::Known(_) => false,
        Called::Own(name) => !is_own(&name),
    };
    let stranger = places(text).find(is_strange);
    stranger.map(|place| &text[place.whole])
}

fn called(name: &str) -> Called {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let folded = folded.trim();
    let known = MergeField::ALL.iter().copied().find(|field| field.names().contains(&folded));
    known.map_or_else(|| Called::Own(folded.to_owned()), Called::Known)
}

struct Place {
    whole: Range<usize>,
    name: Range<usize>,
}

fn places(text: &str) -> impl Iterator<Item = Place> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, open) = find_pair(text, from, ['{', '｛'])?;
            // Of three braces the last two count.
            let next = start + text[start..].chars().next().map_or(1, char::len_utf8);
            if find_pair(text, next, ['{', '｛']).is_some_and(|(other, _)| other == next) {
                from = next;
                continue;
            }
            from = open;
            let Some((end, close)) = find_pair(text, open, ['}', '｝']) else { continue };
            let name = &text[open..end];
            if name.chars().count() <= LONGEST && !name.contains(['\n', '{', '｛']) {
                from = close;
                return Some(Place { whole: start..close, name: open..end });
            }
        }
    })
}

/// Where two of `braces` stand together, from `from` on: their start and end.
fn find_pair(text: &str, from: usize, braces: [char; 2]) -> Option<(usize, usize)> {
    let mut before: Option<usize> = None;
    for (at, c) in text[from..].char_indices() {
        let at = from + at;
        match before {
            Some(start) if braces.contains(&c) => return Some((start, at + c.len_utf8())),
            _ => before = braces.contains(&c).then_some(at),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(called: &Called) -> Option<String> {
        match called {
            Called::Known(MergeField::ContactName) => Some("山田 花子".into()),
            Called::Known(MergeField::AgentName) => Some("佐藤".into()),
            Called::Known(MergeField::InboxName) => Some(" ".into()),
            Called::Known(MergeField::OrganizationName) => None,
            Called::Own(name) => (name == "会員no").then(|| "A-1".into()),
        }
    }

    #[test]
    fn places_are_filled_however_they_are_written() {
        for (text, filled) in [
            ("{{氏名}}様", "山田 花子様"),
            ("{{ 名前 }}様、担当の{{担当者}}です", "山田 花子様、担当の佐藤です"),
            ("｛｛氏名｝｝様", "山田 花子様"),
            ("Dear {{Name}},", "Dear 山田 花子,"),
            ("{{ｎａｍｅ}}", "山田 花子"),
            ("{{{氏名}}}", "{山田 花子}"),
            ("{{会社名}}の{{受信箱}}", "{{会社名}}の{{受信箱}}"),
            ("{{会員Ｎｏ}}と{{契約日}}", "A-1と{{契約日}}"),
            ("{氏名} {{}} {{氏名", "{氏名} {{}} {{氏名"),
            ("", ""),
        ] {
            assert_eq!(fill(text, known), filled, "{text}");
        }
    }

    #[test]
    fn what_is_left_is_named() {
        for (text, left) in [
            ("{{会社名}}です", Some("{{会社名}}")),
            ("本文 ｛｛日付｝｝", Some("｛｛日付｝｝")),
            ("{{}}", Some("{{}}")),
            ("{a: {b: 1}}", None),
            ("{{一\n二}}", None),
            (
                "{{ ここから先はただの括弧で、閉じるまでにとても長い文章が続くので差し込みではありません。 }}",
                None,
            ),
            ("ふつうの本文", None),
        ] {
            assert_eq!(unfilled(text), left, "{text}");
        }
        let is_own = |name: &str| name == "日付";
        assert_eq!(unknown("{{氏名}}様 {{日付}}", |_| false), Some("{{日付}}"));
        assert_eq!(unknown("{{氏名}}様 {{日付}} {{場所}}", is_own), Some("{{場所}}"));
        assert_eq!(unknown("{{氏名}}様 {{agent}} {{日付}}", is_own), None);
    }

    #[test]
    fn every_field_is_read_as_it_is_written() {
        for field in MergeField::ALL {
            for in_japanese in [true, false] {
                let written = field.written(in_japanese);
                let is_it = |asked: &Called| *asked == Called::Known(*field);
                assert_eq!(fill(&written, |asked| is_it(asked).then(|| "x".into())), "x");
                assert_eq!(unknown(&written, |_| false), None);
            }
        }
    }

    proptest! {
        #[test]
        fn a_text_without_places_stays_as_it_is(text in "[^{｛]{0,60}") {
            prop_assert_eq!(fill(&text, known), text.clone());
            prop_assert_eq!(unfilled(&text), None);
        }

        #[test]
        fn nothing_makes_it_panic(text in "[{}｛｝氏名a \\n]{0,40}") {
            let filled = fill(&text, |_| Some("値".into()));
            prop_assert!(unknown(&filled, |_| false).is_none() || unfilled(&filled).is_some());
        }
    }
}
