//! `henji doctor`: what stands between this installation and its promises.

use std::process::ExitCode;

use serde_json::json;

use super::{Doctor, output};
use crate::config::{Config, ConfigError, Effective, Origin};
use report::Report;

mod accounts;
mod database;
mod journal;
mod machine;
mod network;
mod report;
mod search;

/// Looks at everything and changes nothing.
///
/// Fails, with code 1, where something is wrong enough to lose a text, to show
/// one to strangers or to keep henji from starting.
pub async fn run(config: Result<Config, ConfigError>, asked: Doctor) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let settings = match &config {
        Ok(config) => {
            report.ok("configuration", "every setting can be read");
            examine(config, &mut report).await;
            config.effective()
        }
        Err(error) => {
            report.error(
                "configuration",
                error,
                "correct it where it is set: the environment or henji.toml",
            );
            &[]
        }
    };
    if asked.json {
        let settings: Vec<_> = settings
            .iter()
            .map(|Effective { name, value, origin }| {
                json!({ "name": name, "value": value, "origin": word(*origin) })
            })
            .collect();
        let healthy = !report.has_errors();
        output::json(
            &json!({ "healthy": healthy, "findings": report.findings(), "settings": settings }),
        )?;
    } else {
        for Effective { name, value, origin } in settings {
            output::line(format_args!("{name:<27} {value}  ({})", word(*origin)))?;
        }
        output::line("")?;
        output::line(&report)?;
    }
    Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(config: &Config, report: &mut Report) {
    machine::data_dir(config, report);
    let key = machine::key_file(config, report);
    journal::examine(config, report);
    if database::examine(config, key, report) {
        search::examine(config, key, report);
        accounts::examine(config, report).await;
    }
    network::broker(config, report).await;
    network::mail(config, report).await;
    network::mail_replies(config, report).await;
    network::public_url(config, report);
}

fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Default => "default",
        Origin::Environment => "environment",
        Origin::File => "henji.toml",
    }
}
