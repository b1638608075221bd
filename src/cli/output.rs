//! What commands print: the standard output, line by line.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

/// Prints one line and lets a reader at the other end have it at once.
pub fn line(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Prints one JSON value as one line.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string(value)?)
}
