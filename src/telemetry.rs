//! What henji says about itself: log lines and counters.
//!
//! **The rule for log lines.** A line names what it is about by id
//! (`message.id`, `conversation.id`, `inbox.id`, `provider.name`) and never holds
//! a body, a name, a full number, a password, a token or a cookie. A failure is
//! logged once, at the edge that answers for it. As a second net the writer
//! masks whatever looks like a telephone number, and escapes control and
//! bidirectional characters, so that no text from outside can forge a line,
//! move a terminal's cursor or turn words around (RUSTSEC-2025-0055).

mod clean;
mod metrics;

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub use metrics::{HookFailure, Inbound, Metrics};

/// Starts logging to the standard error stream, in plain text: the standard
/// output belongs to what commands print.
///
/// `filter` is `HENJI_LOG` as the settings checked it. Call it once.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(filter).map_err(|error| error.to_string())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // It would tell of a stderr that cannot be written to on stderr, and panic there:
        // a log on a full disk must not take the house down.
        .log_internal_errors(false)
        .with_writer(CleanStderr)
        .try_init()
        .map_err(|error| error.to_string())
}

/// Writes whole records to the standard error stream, cleaned.
struct CleanStderr;

impl<'a> MakeWriter<'a> for CleanStderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl Write for CleanStderr {
    /// The subscriber hands over one whole record per call.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        io::stderr().write_all(clean::record(&text).as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
