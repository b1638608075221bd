//! Everything that is tested from outside, on SQLite or, where
//! `TEST_DATABASE_URL` names a cluster, on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod architecture;
mod authorisation;
mod away;
mod backup;
mod calendars;
mod campaigns;
mod cli;
mod crashes;
mod disk;
mod drain;
mod kill;
mod logs;
mod migrations;
mod nodes;
mod providers;
mod schema;
mod search;
mod store;
mod support;
mod torture;
mod web;
