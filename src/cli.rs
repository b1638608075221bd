//! The command line: what may be typed here, what it does in one file a command.
//!
//! Names and meanings are public interface (contract.md). Secrets come from the
//! standard input, never from an argument: other users of a machine can read
//! the arguments of every process.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::actions::settings::SCOPES;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::InboxId;
use crate::domain::user::Role;
use crate::{server, telemetry};

mod audit;
mod backup;
mod bench;
pub mod demo;
mod doctor;
mod init;
mod input;
mod output;
mod provider;
mod restore;
mod search;
mod serve;
mod settle;
mod token;
mod torture;
mod user;

/// A self-hosted inbox for two-way SMS.
///
/// Settings come from the environment (HENJI_…) and henji.toml; `henji doctor`
/// shows those in force.
#[derive(Debug, Parser)]
#[command(name = "henji", version, propagate_version = true)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date, then serve.
    Serve(Serve),
    /// Set up an empty installation, as the set-up pages do.
    Init(Init),
    /// Work with accounts at SMS providers.
    #[command(subcommand)]
    Provider(Provider),
    /// Work with the people who sign in.
    #[command(subcommand)]
    User(User),
    /// Work with the keys of the JSON API.
    #[command(subcommand)]
    Token(Token),
    /// Fill an empty installation with a realistic sample.
    Demo(Demo),
    /// Check settings, database, key file, clock, providers, mail and public URL.
    Doctor(Doctor),
    /// Write everything but the key into one sealed file, beside a running server.
    Backup(Backup),
    /// Make a house out of a backup, in an empty data directory.
    Restore(Restore),
    /// After the database was brought back by other means than `restore`, and before
    /// a server starts: texts that may have left since are not sent again.
    Settle,
    /// Work with the search index.
    #[command(subcommand)]
    Search(Search),
    /// Work with the record of who did what.
    #[command(subcommand)]
    Audit(Audit),
    /// Break it in every way there is, then see whether anything was lost or doubled.
    Torture(Torture),
    /// Measure this machine; prints JSON lines.
    Bench(Bench),
}

#[derive(Debug, Default, Args)]
pub struct Serve {
    /// A fault to plant; refused outside `henji torture`.
    #[arg(long, hide = true, value_name = "FAULT:SECRET")]
    pub sabotage: Option<String>,
}

#[derive(Debug, Args)]
pub struct Torture {
    /// How long faults are thrown at it.
    #[arg(long, value_name = "M", default_value_t = 5.0, value_parser = minutes)]
    pub minutes: f64,
    /// The same seed throws the same faults.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// A PostgreSQL server to make a scratch database on, for two nodes instead of one.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// A NATS server for hints between the nodes.
    #[arg(long, value_name = "URL", requires = "database_url")]
    pub nats_url: Option<String>,
    /// Where its files are made; they are left there when something was lost.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Say which faults would be thrown, and throw none.
    #[arg(long)]
    pub plan: bool,
    /// Break henji on purpose: the run must fail and say what was lost.
    #[arg(long, hide = true, value_parser = PossibleValuesParser::new(torture::CONTROLS))]
    pub control: Option<String>,
}

#[derive(Debug, Args)]
pub struct Init {
    /// Name of the organisation.
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub organization: String,
    /// Mail address the first administrator signs in with.
    #[arg(long, value_name = "EMAIL", value_parser = not_blank)]
    pub admin_email: String,
    /// The administrator's name, as colleagues see it.
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub admin_name: String,
    /// Read the administrator's password from the standard input.
    #[arg(long, required = true)]
    pub admin_password_stdin: bool,
    /// Name of the first inbox.
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub inbox: String,
    /// Kind of the first provider, such as `simulator`.
    #[arg(long, value_name = "KIND", value_parser = not_blank)]
    pub provider: String,
    /// Number to send from; the simulator brings one of its own.
    #[arg(long, value_name = "NUMBER", value_parser = not_blank)]
    pub sender: Option<String>,
    /// Print the new ids and addresses as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Provider {
    /// Add an account and its sender; prints the addresses to enter at the provider.
    Add(ProviderAdd),
}

#[derive(Debug, Args)]
pub struct ProviderAdd {
    /// The provider, such as `twilio` or `simulator`.
    #[arg(value_parser = not_blank)]
    pub kind: String,
    /// Id of the inbox that gets the replies.
    #[arg(long, value_name = "ID")]
    pub inbox: InboxId,
    /// Number to send from, as registered at the provider.
    #[arg(long, value_name = "NUMBER", value_parser = not_blank)]
    pub sender: String,
    /// A setting of the account; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    pub settings: Vec<(String, String)>,
    /// Read the account's secret from the standard input.
    #[arg(long)]
    pub secret_stdin: bool,
    /// Print the new ids and addresses as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Add somebody who signs in.
    Add(UserAdd),
    /// Take somebody's right to sign in and close their sessions.
    Disable {
        /// Mail address of the user.
        #[arg(value_parser = not_blank)]
        email: String,
    },
}

#[derive(Debug, Args)]
pub struct UserAdd {
    /// Mail address the user signs in with.
    #[arg(value_parser = not_blank)]
    pub email: String,
    /// The user's name, as colleagues see it.
    #[arg(long, value_parser = not_blank)]
    pub name: String,
    /// agent, supervisor, admin, auditor or viewer.
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Id of an inbox the user works in; may be repeated.
    #[arg(long = "inbox", value_name = "ID")]
    pub inboxes: Vec<InboxId>,
    /// Read the password from the standard input.
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Add a key of the JSON API; prints it once.
    Add(TokenAdd),
}

#[derive(Debug, Args)]
pub struct TokenAdd {
    /// What the key is for, as shown in the list of keys.
    #[arg(value_parser = not_blank)]
    pub name: String,
    /// What the key may do; may be repeated.
    #[arg(
        long = "scope",
        value_name = "SCOPE",
        required = true,
        num_args = 1..,
        value_parser = PossibleValuesParser::new(SCOPES)
    )]
    pub scopes: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// How many messages the sample holds; more conversations with more messages.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub messages: Option<u64>,
    /// How many of them the longest conversation holds; a hundredth where it is not said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub longest: Option<u64>,
    /// The same seed makes the same sample.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// Where to write it; a name that is taken is refused.
    pub file: PathBuf,
    /// Print what was written as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// Restore into a place that is thrown away: proves that it can be done.
    #[arg(long)]
    pub check: bool,
    /// Restore although the record of who did what was broken when the backup was made.
    #[arg(long)]
    pub broken_audit: bool,
}

#[derive(Debug, Subcommand)]
pub enum Search {
    /// Throw the index away and make it anew, beside a running server or without one.
    Rebuild,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the chain of hashes; names the first broken entry.
    Verify,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// The benchmarks to run.
    #[arg(value_name = "NAME", required_unless_present = "list", num_args = 1..)]
    pub names: Vec<String>,
    /// Say which benchmarks there are.
    #[arg(long)]
    pub list: bool,
    /// Seconds of each measured phase; 10 of most, 300 of handoffs.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub seconds: Option<u64>,
    /// Messages in the sample that pages and starts are measured with.
    #[arg(long, value_name = "N", default_value_t = 100_000,
          value_parser = clap::value_parser!(u64).range(100..))]
    pub messages: u64,
    /// Screens of the crowd; each is an open file here and one at the server.
    #[arg(long, value_name = "N", default_value_t = 500,
          value_parser = clap::value_parser!(u16).range(10..=10_000))]
    pub screens: u16,
    /// Signed-in agents who look on while callers press keys.
    #[arg(long, value_name = "N", default_value_t = 200,
          value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub agents: u16,
    /// Keys that callers press in a minute.
    #[arg(long, value_name = "N", default_value_t = 500,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub rate: u16,
    /// A PostgreSQL server to make scratch databases on, instead of SQLite files.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Where files are made: on the disk that is to be measured.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

impl Cli {
    /// What was asked for; without a word, to serve.
    pub fn command(self) -> Command {
        self.command.unwrap_or_else(|| Command::Serve(Serve::default()))
    }
}

/// Does what was asked for; the code to leave with.
///
/// # Errors
/// Their text is one line for the person who typed the command.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(asked) => serve::run(settings()?, asked).await?,
        Command::Init(asked) => init::run(settings()?, asked).await?,
        Command::Provider(Provider::Add(asked)) => provider::add(settings()?, asked).await?,
        Command::User(User::Add(asked)) => user::add(settings()?, asked).await?,
        Command::User(User::Disable { email }) => user::disable(settings()?, email).await?,
        Command::Token(Token::Add(asked)) => token::add(settings()?, asked).await?,
        Command::Demo(asked) => demo::run(settings()?, asked).await?,
        // Settings that cannot be read are a finding, no reason to give up.
        Command::Doctor(asked) => return doctor::run(Config::load(), asked).await,
        Command::Backup(asked) => backup::run(&settings()?, &asked)?,
        Command::Restore(asked) => restore::run(&settings()?, &asked)?,
        Command::Settle => settle::run(&settings()?)?,
        Command::Search(Search::Rebuild) => search::rebuild(settings()?).await?,
        Command::Audit(Audit::Verify) => return audit::verify(settings()?).await,
        // Makes its own places, whatever the settings say.
        Command::Torture(asked) => return torture::run(asked).await,
        Command::Bench(asked) => bench::run(asked).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The settings, with the log turned on as they say.
fn settings() -> anyhow::Result<Config> {
    let config = Config::load()?;
    telemetry::start(&config.log.filter).map_err(anyhow::Error::msg)?;
    Ok(config)
}

/// The parts, for one command, perhaps beside a running server.
async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    server::assemble(config, Clock::default(), server::Purpose::Command).await
}

/// More than nothing, up to a week.
fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_number| "expected a number of minutes".to_owned())?;
    let is_some = minutes > 0.0 && minutes <= 7.0 * 24.0 * 60.0;
    is_some.then_some(minutes).ok_or_else(|| "expected a number of minutes up to 10080".to_owned())
}

fn not_blank(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it must not be empty"),
        text => Ok(text.to_owned()),
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE"),
    }
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests;
