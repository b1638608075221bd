//! Places in a text where a link of each recipient's own is to stand: `{url:返品}`.

use std::ops::Range;

/// The longest name; braces further apart are just braces.
const LONGEST: usize = 40;
const BEGINS: &str = "{url";

/// A place, and the name of the stored destination it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlace<'a> {
    pub whole: Range<usize>,
    pub name: &'a str,
}

/// Those of `text`, in their order. The colon may be of either width, as keyboards are.
pub fn places(text: &str) -> Vec<LinkPlace<'_>> {
    let begins = text.match_indices(BEGINS).map(|(at, _)| at);
    begins.filter_map(|at| place_at(text, at)).collect()
}

/// As it is written into a text.
pub fn written(name: &str) -> String {
    format!("{BEGINS}:{name}}}")
}

/// Whether a destination may be called so: it has to be found again in a text.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= LONGEST
        && !name.contains(|c: char| c.is_control() || "{}:：".contains(c))
}

fn place_at(text: &str, at: usize) -> Option<LinkPlace<'_>> {
    let rest = &text[at + BEGINS.len()..];
    let named = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    let end = named.find('}')?;
    let name = named[..end].trim();
    let after = at + BEGINS.len() + (rest.len() - named.len()) + end + 1;
    is_name(name).then_some(LinkPlace { whole: at..after, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_name() {
        let text = "こちら {url:返品} か {url：よくある質問 }。{url} {url:} {url:{a}}";
        let found = places(text);
        let names: Vec<&str> = found.iter().map(|place| place.name).collect();
        assert_eq!(names, ["返品", "よくある質問"]);
        assert_eq!(&text[found[0].whole.clone()], "{url:返品}");
        assert_eq!(&text[found[1].whole.clone()], "{url：よくある質問 }");
        assert!(places("{url:返品").is_empty());
        assert!(places(&format!("{{url:{}}}", "あ".repeat(41))).is_empty());
    }

    #[test]
    fn what_is_written_is_found_again() {
        for name in ["返品", "FAQ (en)", "あ"] {
            assert!(is_name(name));
            assert_eq!(places(&written(name))[0].name, name);
        }
        for none in ["", " ", " a", "a:b", "a}", "a\n"] {
            assert!(!is_name(none), "{none:?}");
        }
    }
}
