//! Arguments, then settings, then one command.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use henji::cli::{self, Cli};

#[actix_web::main]
async fn main() -> ExitCode {
    match cli::run(Cli::parse().command()).await {
        Ok(code) => code,
        Err(error) => {
            // A closed stderr leaves the exit code to say it.
            let _ = writeln!(std::io::stderr(), "henji: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, each once: many an error already names its cause.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(|cause| cause.to_string().replace('\n', " ")) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}
