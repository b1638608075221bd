//! Pages, sockets and forms, from outside.

mod accounts;
mod audit;
mod calendars;
mod cases;
mod compress;
mod contacts;
mod cross_site_scripting;
mod escalations;
mod forms;
mod handoff_flows;
pub mod headers;
mod keypad;
mod links;
mod live_socket;
mod masking;
mod password;
mod presence;
mod reply_forms;
mod reports;
mod sessions;
mod set_up;
mod settings;
mod short_links;
mod teams;
mod templates;
mod thread;
