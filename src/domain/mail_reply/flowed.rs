//! Lines that a mail program broke to make them short (RFC 3676).

/// Joins what was broken: a line that ends with a space goes on in the next of the
/// same depth. With `delsp` the space was put there by the program itself.
pub fn unflowed(text: &str, delsp: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let bare = &line[depth..];
        let bare = bare.strip_prefix(' ').unwrap_or(bare);
        let is_signature = bare == "-- ";
        let goes_on = bare.ends_with(' ') && !is_signature;
        let kept = if goes_on && delsp { &bare[..bare.len() - 1] } else { bare };
        match (open, lines.last_mut()) {
            (Some(before), Some(last)) if before == depth && !is_signature => last.push_str(kept),
            _ => {
                let quote = ">".repeat(depth);
                let gap = if depth > 0 { " " } else { "" };
                lines.push(format!("{quote}{gap}{kept}"));
            }
        }
        open = goes_on.then_some(depth);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_are_joined_and_others_stay() {
        for (broken, delsp, whole) in [
            ("one \ntwo\nthree", false, "one two\nthree"),
            ("お調べして \n折り返します。\nでは", true, "お調べして折り返します。\nでは"),
            (
                "はい\n> quoted \n> more\n>> deeper \n> less",
                false,
                "はい\n> quoted more\n>> deeper \n> less",
            ),
            ("text \n-- \nSato", false, "text \n-- \nSato"),
            (" >no quote\n From", false, ">no quote\nFrom"),
            ("", false, ""),
        ] {
            assert_eq!(unflowed(broken, delsp), whole, "{broken:?}");
        }
    }
}
