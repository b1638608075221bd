//! What commands read: one secret from the standard input.

use std::io::{self, BufRead, Read};

use anyhow::Context;

/// Far beyond the longest password or token.
const LONGEST: u64 = 4_096;

/// Reads one line and drops its end; `what` names it in an error.
pub fn secret(what: &str) -> anyhow::Result<String> {
    first_line(&mut io::stdin().lock().take(LONGEST), what)
}

fn first_line(input: &mut impl BufRead, what: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line).with_context(|| format!("cannot read {what}"))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    anyhow::ensure!(!line.is_empty(), "{what} is expected on the standard input, as one line");
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_first_line_without_its_end() {
        for (input, secret) in [
            ("p w\n", "p w"),
            ("p w", "p w"),
            ("p w\r\n", "p w"),
            (" p \nsecond\n", " p "),
            ("p\r\r\n", "p\r"),
        ] {
            assert_eq!(first_line(&mut input.as_bytes(), "the password").unwrap(), secret);
        }
    }

    #[test]
    fn no_secret_is_an_error_that_names_it() {
        for input in ["", "\n", "\r\n"] {
            let error = first_line(&mut input.as_bytes(), "the password").unwrap_err();
            assert!(error.to_string().starts_with("the password is expected"), "{error}");
        }
    }
}
