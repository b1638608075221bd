//! What tests stand on: an installation of their own, its people, its handsets
//! and the wires to it.

pub mod answer;
pub mod api;
pub mod binary;
pub mod browser;
pub mod cast;
pub mod cluster;
pub mod gate;
pub mod handset;
pub mod nats;
pub mod office;
pub mod push_service;
pub mod raw;
pub mod socket;
pub mod template;
pub mod test_app;
pub mod test_db;
pub mod twilio_phone;
pub mod webhook;

pub use test_app::TestApp;
