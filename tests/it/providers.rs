//! Every adapter against its contract, its vectors and a hostile network.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod behaviour;
#[macro_use]
pub mod contract;
pub mod fake_twilio;
mod journal;
pub mod peer;
mod registry;
mod rigs;
mod simulator;
mod twilio;
mod twilio_check;
mod twilio_corpus;
mod twilio_forgery;
mod twilio_genuine;
mod twilio_list;
mod twilio_official;
mod twilio_send;
mod twilio_signature;

use rigs::{SimulatorRig, TwilioRig};

provider_contract!(twilio_contract, TwilioRig);
provider_contract!(simulator_contract, SimulatorRig);
