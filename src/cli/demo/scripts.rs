//! What the people of the sample say to each other, read from plain text so
//! that anybody can improve it.
//!
//! A script is a title and its turns; an empty line ends it. `<` a customer
//! writes, `>` a colleague answers, `!` the house sends by itself, `*` a note
//! for colleagues. `[a|b]` is one of several wordings, `{name}` and its like
//! are filled in when a text is written.

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Customer(&'static str),
    Colleague(&'static str),
    House(&'static str),
    Note(&'static str),
}

/// One matter, from its first text to its last.
pub type Script = Vec<Turn>;

pub fn recruiting() -> Vec<Script> {
    read(include_str!("scripts/recruiting.txt"))
}

pub fn support() -> Vec<Script> {
    read(include_str!("scripts/support.txt"))
}

pub fn english() -> Vec<Script> {
    read(include_str!("scripts/english.txt"))
}

fn read(text: &'static str) -> Vec<Script> {
    text.split("\n\n").map(|part| part.lines().filter_map(turn).collect()).collect()
}

/// `None` for a title.
fn turn(line: &'static str) -> Option<Turn> {
    let (mark, text) = line.split_once(' ').unwrap_or((line, ""));
    match mark {
        "<" => Some(Turn::Customer(text)),
        ">" => Some(Turn::Colleague(text)),
        "!" => Some(Turn::House(text)),
        "*" => Some(Turn::Note(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_a_talk_with_balanced_wordings() {
        for scripts in [recruiting(), support(), english()] {
            assert!(scripts.len() >= 7);
            for script in scripts {
                assert!(script.len() >= 2, "{script:?}");
                assert!(script.iter().any(|turn| matches!(turn, Turn::Customer(_))), "{script:?}");
                for turn in &script {
                    let (Turn::Customer(text)
                    | Turn::Colleague(text)
                    | Turn::House(text)
                    | Turn::Note(text)) = turn;
                    assert!(!text.is_empty());
                    for (open, close) in [('[', ']'), ('{', '}')] {
                        assert_eq!(
                            text.matches(open).count(),
                            text.matches(close).count(),
                            "{text}"
                        );
                    }
                }
            }
        }
    }
}
