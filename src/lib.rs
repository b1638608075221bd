//! henji: a self-hosted inbox for two-way SMS.
//!
//! Data flows one way: a provider or a browser reaches `web`, which reads
//! through `store` and writes through `actions`; every write appends events,
//! and `live` tells everybody who watches.

/// The verbs: the only way to write.
pub mod actions;
/// The parts every layer is handed.
pub mod app;
/// Interviewers' own calendars.
pub mod calendars;
/// The command line.
pub mod cli;
/// The time, and new ids.
pub mod clock;
/// What the environment and `henji.toml` say.
pub mod config;
/// Where tests let the process die.
pub mod crash;
/// Who works in a data directory.
pub mod data_lock;
/// The business in plain Rust.
pub mod domain;
/// Where our own mail server hands over answers by mail.
pub mod intake;
/// Loops that call actions when time comes.
pub mod jobs;
/// What must not be lost while the database is away.
pub mod journal;
/// The key outside the database.
pub mod key_file;
/// Who is watching what.
pub mod live;
/// What the screens say, in two languages.
pub mod locale;
/// Letters, and who carries them.
pub mod mail;
/// Where we go when strangers name the way.
pub mod outside;
/// Passwords, hashed a few at a time.
pub mod password;
/// The companies that carry our texts.
pub mod providers;
/// Words to browsers where henji is not open.
pub mod push;
/// Faults planted on purpose, in `henji torture`'s children alone.
pub mod sabotage;
/// Puts the parts together and serves.
pub mod server;
/// All SQL.
pub mod store;
/// Logs and metrics.
pub mod telemetry;
/// Pages, webhooks, the JSON API and the live socket.
pub mod web;
/// Signatures of webhooks, ours and others'.
pub mod webhook_signature;
/// Programs of others that are told what happens.
pub mod webhooks;
