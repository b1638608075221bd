//! Every route of the house on one screen, and who it is for.
//!
//! `TABLE` is what the authorisation matrix is generated from: a route that is
//! not in it does not exist.

use actix_web::web::ServiceConfig;

use super::{
    about_senders, api, applications, appointments, assets, candidate_pages, contacts,
    conversations, escalations, events, feeds, handoff_flows, health, hooks, links, live_socket,
    messages, offline, palette, photos, reply_forms, reports, search, sessions, settings, setup,
    short_links, simulator, templates,
};

/// Who may come in at all; what they see inside is up to the queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: nothing behind it depends on who asks.
    Public,
    /// The holder of the set-up link, while there is no administrator.
    SetUp,
    /// Any signed-in user.
    User,
    /// Administrators; to all others it does not exist.
    Admin,
    /// Administrators and auditors; to all others it does not exist.
    Auditor,
    /// A provider that signs its requests.
    Provider,
    /// An API token with this scope, or with `admin`.
    Token(&'static str),
    /// Any API token.
    AnyToken,
}

#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:expr => $handler:path;)*) => {
        pub const TABLE: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: { use Access::*; $access },
        }),*];

        pub fn configure(config: &mut ServiceConfig) {
            $(config.route($path, actix_web::web::$method().to($handler));)*
        }
    };
}

routes! {
    // Machines that watch over the house.
    get "/livez" Public => health::livez;
    get "/readyz" Public => health::readyz;
    get "/metrics" Public => health::metrics;
    get "/static/{build}/{path:.*}" Public => assets::serve;
    get "/sw.js" Public => assets::service_worker;
    get "/offline" Public => offline::show;

    // For whoever got it by text.
    get "/l/{token}" Public => short_links::show;
    head "/l/{token}" Public => short_links::show;
    post "/l/{token}" Public => short_links::open;
    get "/f/{token}" Public => reply_forms::show;
    head "/f/{token}" Public => reply_forms::show;
    post "/f/{token}" Public => reply_forms::create;
    get "/feeds/{token}.ics" Public => feeds::show;
    head "/feeds/{token}.ics" Public => feeds::show;
    get "/s/{token}" Public => candidate_pages::show;
    head "/s/{token}" Public => candidate_pages::show;
    post "/s/{token}" Public => candidate_pages::answer;
    get "/about-senders" Public => about_senders::show;
    post "/about-senders" Public => about_senders::check;
    get "/about-senders.json" Public => about_senders::list;
    get "/about-senders.jws" Public => about_senders::signed;
    get "/about-senders/key.json" Public => about_senders::key;

    // The first run.
    get "/setup" SetUp => setup::start;
    get "/setup/organization" SetUp => setup::organization;
    post "/setup/organization" SetUp => setup::save_organization;
    get "/setup/administrator" SetUp => setup::administrator;
    post "/setup/administrator" SetUp => setup::save_administrator;
    get "/setup/provider" SetUp => setup::provider;
    post "/setup/provider" SetUp => setup::save_provider;
    get "/setup/start" User => setup::begin;

    // Signing in and out.
    get "/session/new" Public => sessions::new;
    post "/session" Public => sessions::create;
    delete "/session" User => sessions::destroy;

    // The inbox.
    get "/" User => conversations::index;
    get "/conversations" User => conversations::index;
    get "/conversations/new" User => conversations::new;
    post "/conversations" User => conversations::create;
    post "/conversations/selection" User => conversations::selection::change;
    get "/conversations/{id}" User => conversations::show;
    get "/search" User => search::show;
    get "/palette" User => palette::show;
    get "/conversations/{id}/about" User => conversations::about;
    get "/conversations/{id}/taking" User => conversations::taking::show;
    put "/conversations/{id}/contact" User => conversations::verbs::rename;
    put "/conversations/{id}/read" User => conversations::verbs::mark_read;
    delete "/conversations/{id}/read" User => conversations::verbs::mark_unread;
    post "/conversations/{id}/assignment" User => conversations::verbs::assign;
    delete "/conversations/{id}/assignment" User => conversations::verbs::unassign;
    post "/conversations/{id}/closure" User => conversations::verbs::close;
    delete "/conversations/{id}/closure" User => conversations::verbs::reopen;
    post "/conversations/{id}/snooze" User => conversations::verbs::snooze;
    delete "/conversations/{id}/snooze" User => conversations::verbs::wake;
    get "/escalations" User => escalations::index;
    post "/conversations/{id}/escalation" User => escalations::next;
    delete "/conversations/{id}/escalation" User => escalations::stop;
    post "/conversations/{id}/help" User => conversations::verbs::ask_help;
    delete "/conversations/{id}/help" User => conversations::verbs::end_help;
    put "/conversations/{id}/draft" User => messages::save_draft;
    get "/conversations/{id}/templates" User => templates::index;
    post "/conversations/{id}/tags/{tag}" User => conversations::tagging::put_on;
    delete "/conversations/{id}/tags/{tag}" User => conversations::tagging::take_off;
    post "/conversations/{id}/messages" User => messages::create;
    post "/conversations/{id}/notes" User => messages::create_note;
    get "/messages/{id}/links/{at}" User => links::show;
    get "/photos/{id}" User => photos::show;
    post "/messages/{id}/cancellation" User => messages::cancel;
    post "/messages/{id}/resend" User => messages::resend;
    post "/messages/{id}/mail" User => messages::mail;
    get "/live" User => live_socket::open;
    get "/events" User => events::poll;

    // Customers.
    get "/contacts" User => contacts::index;
    get "/contacts/table" Admin => contacts::table::new;
    post "/contacts/table" Admin => contacts::table::create;
    post "/contacts/export" Admin => contacts::table::export;
    get "/contacts/{id}" User => contacts::show;
    get "/contacts/{id}/merge" User => contacts::merge::new;
    post "/contacts/{id}/merge" User => contacts::merge::create;
    delete "/contacts/{id}/merge" User => contacts::merge::destroy;
    put "/contacts/{id}/fields" User => contacts::fields::update;
    post "/contacts/{id}/number" User => contacts::reveal;
    post "/contacts/{id}/opt_out" User => contacts::stop;
    delete "/contacts/{id}/opt_out" User => contacts::resume;
    post "/contacts/{id}/consents" User => contacts::consents::create;

    // Reports.
    get "/appointments" User => appointments::index;
    get "/appointments/days" User => appointments::days::index;
    get "/applications" User => applications::index;
    get "/applications/new" User => applications::form::new;
    post "/applications" User => applications::form::create;
    get "/applications/table" User => applications::table::new;
    post "/applications/table" User => applications::table::create;
    get "/applications/{id}" User => applications::show;
    get "/applications/{id}/edit" User => applications::form::edit;
    put "/applications/{id}/about" User => applications::form::update;
    put "/applications/{id}" User => applications::update;
    get "/reports/applications" User => reports::applications::show;
    get "/reports/applications.csv" User => reports::applications::export;
    get "/conversations/{id}/offer" User => appointments::offering::new;
    post "/conversations/{id}/offer" User => appointments::offering::create;
    post "/conversations/{id}/appointment" User => appointments::confirm;
    delete "/conversations/{id}/appointment" User => appointments::withdraw;
    delete "/conversations/{id}/suggestion" User => appointments::dismiss;
    get "/reports/handoffs" User => reports::show;
    get "/reports/handoffs.csv" User => reports::export;

    // Phone menus.
    get "/handoff_flows" User => handoff_flows::index;
    post "/handoff_flows" Admin => handoff_flows::writing::create;
    get "/handoff_flows/new" Admin => handoff_flows::writing::new;
    post "/handoff_flows/sample" Admin => handoff_flows::sample;
    get "/handoff_flows/{id}" User => handoff_flows::show;
    put "/handoff_flows/{id}" Admin => handoff_flows::writing::update;
    delete "/handoff_flows/{id}" Admin => handoff_flows::writing::remove;
    get "/handoff_flows/{id}/edit" Admin => handoff_flows::writing::edit;
    put "/handoff_flows/{id}/overflow" User => handoff_flows::switch;
    post "/handoff_flows/{id}/presses" User => handoff_flows::press;

    // The phone simulator.
    get "/sim" User => simulator::show;
    post "/sim/inbound" User => simulator::send;
    post "/sim/calls" User => simulator::keypad::call;
    put "/sim/behaviour" Admin => simulator::behave;

    // Settings.
    get "/settings" User => settings::index;
    get "/settings/preferences" User => settings::preferences::edit;
    put "/settings/preferences" User => settings::preferences::update;
    put "/settings/quiet_times" User => settings::quiet_times::update;
    post "/settings/pause" User => settings::quiet_times::pause;
    delete "/settings/pause" User => settings::quiet_times::resume;
    put "/settings/subscription" User => settings::browsers::subscribe;
    delete "/settings/subscriptions/{id}" User => settings::browsers::unsubscribe;
    delete "/settings/sessions/{id}" User => settings::browsers::sign_out;
    delete "/settings/sessions" User => settings::browsers::sign_out_others;
    put "/settings/password" User => settings::preferences::change_password;
    get "/settings/users" Admin => settings::users::index;
    get "/settings/users/new" Admin => settings::users::new;
    post "/settings/users" Admin => settings::users::create;
    get "/settings/users/{id}/edit" Admin => settings::users::edit;
    put "/settings/masking" Admin => settings::masking::update;
    put "/settings/users/{id}" Admin => settings::users::update;
    post "/settings/users/{id}/disablement" Admin => settings::users::disable;
    delete "/settings/users/{id}/disablement" Admin => settings::users::enable;
    get "/settings/teams" Admin => settings::teams::index;
    get "/settings/teams/new" Admin => settings::teams::new;
    post "/settings/teams" Admin => settings::teams::create;
    get "/settings/teams/{id}/edit" Admin => settings::teams::edit;
    put "/settings/teams/{id}" Admin => settings::teams::update;
    delete "/settings/teams/{id}" Admin => settings::teams::remove;
    get "/settings/inboxes" Admin => settings::inboxes::index;
    get "/settings/inboxes/new" Admin => settings::inboxes::new;
    post "/settings/inboxes" Admin => settings::inboxes::create;
    get "/settings/inboxes/{id}/automatic_replies" Admin => settings::automatic_replies::edit;
    put "/settings/inboxes/{id}/automatic_replies" Admin => settings::automatic_replies::update;
    get "/settings/inboxes/{id}/edit" Admin => settings::inboxes::edit;
    get "/settings/inboxes/{id}/escalation" Admin => settings::escalation::edit;
    put "/settings/inboxes/{id}/escalation" Admin => settings::escalation::update;
    get "/settings/inboxes/{id}/interviews" Admin => settings::interviews::edit;
    put "/settings/inboxes/{id}/interviews" Admin => settings::interviews::update;
    put "/settings/inboxes/{id}/mail_replies" Admin => settings::mail_replies::update;
    put "/settings/inboxes/{id}" Admin => settings::inboxes::update;
    get "/settings/calendars" Admin => settings::calendars::index;
    get "/settings/calendars/new" Admin => settings::calendars::new;
    post "/settings/calendars" Admin => settings::calendars::create;
    get "/settings/calendars/{id}/edit" Admin => settings::calendars::edit;
    put "/settings/calendars/{id}" Admin => settings::calendars::update;
    post "/settings/calendars/{id}/days" Admin => settings::calendars::days::create;
    delete "/settings/calendars/{id}/days/{day}" Admin => settings::calendars::days::remove;
    delete "/settings/calendars/{id}" Admin => settings::calendars::remove;
    get "/settings/interviewers" User => settings::interviewers::index;
    post "/settings/interviewers" User => settings::interviewers::create;
    get "/settings/interviewers/{id}/edit" User => settings::interviewers::edit;
    put "/settings/interviewers/{id}" User => settings::interviewers::update;
    post "/settings/interviewers/{id}/calendars" User => settings::interviewers::calendars::create;
    post "/settings/interviewers/{id}/feed" User => settings::interviewers::feeds::renew;
    delete "/settings/interviewers/{id}/feed" User => settings::interviewers::feeds::withdraw;
    post "/settings/interviewer_calendars/{id}/reading" User => settings::interviewers::calendars::read;
    delete "/settings/interviewer_calendars/{id}" User => settings::interviewers::calendars::remove;
    delete "/settings/interviewers/{id}" User => settings::interviewers::remove;
    get "/settings/senders" Admin => settings::senders::index;
    get "/settings/senders/new" Admin => settings::senders::new;
    post "/settings/senders" Admin => settings::senders::create;
    get "/settings/senders/{id}/edit" Admin => settings::sender_notices::edit;
    put "/settings/senders/{id}" Admin => settings::sender_notices::update;
    put "/settings/inquiries" Admin => settings::sender_notices::set_inquiries;
    get "/settings/accounts/{id}/edit" Admin => settings::accounts::edit;
    put "/settings/accounts/{id}" Admin => settings::accounts::update;
    post "/settings/accounts/{id}/check" Admin => settings::accounts::check;
    get "/settings/templates" Admin => settings::templates::index;
    get "/settings/templates/new" Admin => settings::templates::new;
    post "/settings/templates" Admin => settings::templates::create;
    get "/settings/templates/{id}/edit" Admin => settings::templates::edit;
    put "/settings/templates/{id}" Admin => settings::templates::update;
    delete "/settings/templates/{id}" Admin => settings::templates::remove;
    get "/settings/tags" Admin => settings::tags::index;
    get "/settings/tags/new" Admin => settings::tags::new;
    post "/settings/tags" Admin => settings::tags::create;
    get "/settings/tags/{id}/edit" Admin => settings::tags::edit;
    put "/settings/tags/{id}" Admin => settings::tags::update;
    post "/settings/tags/{id}/retirement" Admin => settings::tags::retire;
    delete "/settings/tags/{id}/retirement" Admin => settings::tags::restore;
    get "/settings/fields" Admin => settings::fields::index;
    get "/settings/fields/new" Admin => settings::fields::new;
    post "/settings/fields" Admin => settings::fields::create;
    get "/settings/fields/{id}/edit" Admin => settings::fields::edit;
    put "/settings/fields/{id}" Admin => settings::fields::update;
    post "/settings/fields/{id}/archival" Admin => settings::fields::archive;
    delete "/settings/fields/{id}/archival" Admin => settings::fields::restore;
    get "/settings/links" Admin => settings::links::index;
    post "/settings/links" Admin => settings::links::create;
    put "/settings/photos" Admin => settings::links::keep_photos;
    delete "/settings/links/{host}" Admin => settings::links::remove;
    post "/settings/destinations" Admin => settings::destinations::create;
    delete "/settings/destinations/{id}" Admin => settings::destinations::remove;
    get "/settings/webhooks" Admin => settings::webhooks::index;
    get "/settings/webhooks/new" Admin => settings::webhooks::new;
    post "/settings/webhooks" Admin => settings::webhooks::create;
    get "/settings/webhooks/{id}" Admin => settings::webhooks::show;
    put "/settings/webhooks/{id}" Admin => settings::webhooks::update;
    post "/settings/webhooks/{id}/secret" Admin => settings::webhooks::change_secret;
    post "/settings/webhooks/{id}/trial" Admin => settings::webhooks::try_out;
    post "/settings/webhooks/{id}/retry" Admin => settings::webhooks::retry_failed;
    post "/settings/deliveries/{id}/retry" Admin => settings::webhooks::retry;
    delete "/settings/deliveries/{id}" Admin => settings::webhooks::discard;
    delete "/settings/webhooks/{id}" Admin => settings::webhooks::remove;
    get "/settings/sources" Admin => settings::sources::index;
    post "/settings/sources" Admin => settings::sources::create;
    delete "/settings/sources/{id}" Admin => settings::sources::remove;
    get "/settings/tokens" Admin => settings::tokens::index;
    post "/settings/tokens" Admin => settings::tokens::create;
    delete "/settings/tokens/{id}" Admin => settings::tokens::revoke;
    get "/settings/quarantine" Admin => settings::quarantine::index;
    post "/settings/quarantine/{id}/replay" Admin => settings::quarantine::replay;
    delete "/settings/quarantine/{id}" Admin => settings::quarantine::discard;
    get "/settings/mails" Admin => settings::mails::index;
    get "/settings/mails/refused" Admin => settings::mail_replies::index;
    post "/settings/mails/{id}/retry" Admin => settings::mails::retry;
    delete "/settings/mails/{id}" Admin => settings::mails::discard;
    get "/settings/audit" Auditor => settings::audit::index;

    // Providers' webhooks.
    get "/hooks/{provider}/{token}/inbound" Provider => hooks::inbound;
    post "/hooks/{provider}/{token}/inbound" Provider => hooks::inbound;
    post "/hooks/{provider}/{token}/receipts" Provider => hooks::receipts;
    get "/hooks/{provider}/{token}/voice" Provider => hooks::voice::start;
    post "/hooks/{provider}/{token}/voice" Provider => hooks::voice::start;
    post "/hooks/{provider}/{token}/voice/menu" Provider => hooks::voice::menu;
    post "/hooks/{provider}/{token}/voice/number" Provider => hooks::voice::number;
    post "/hooks/{provider}/{token}/voice/status" Provider => hooks::voice::status;

    post "/hooks/applications/{token}" Provider => hooks::applications::receive;

    // The JSON API.
    get "/api/v1/openapi.json" Public => api::openapi;
    post "/api/v1/messages" Token("messages:send") => api::messages::create;
    get "/api/v1/messages/{id}" Token("messages:read") => api::messages::show;
    get "/api/v1/photos/{id}" Token("messages:read") => api::messages::photo;
    get "/api/v1/conversations" Token("messages:read") => api::conversations::index;
    get "/api/v1/conversations/{id}" Token("messages:read") => api::conversations::show;
    get "/api/v1/conversations/{id}/messages" Token("messages:read") => api::conversations::messages;
    put "/api/v1/conversations/{id}/assignment" Token("conversations:write") => api::conversations::assign;
    delete "/api/v1/conversations/{id}/assignment" Token("conversations:write") => api::conversations::unassign;
    post "/api/v1/inboxes/{id}/escalation_policy/backtest" Token("admin") => api::inboxes::backtest;
    put "/api/v1/inboxes/{id}/automatic_replies" Token("admin") => api::automatic_replies::set;
    put "/api/v1/conversations/{id}/closure" Token("conversations:write") => api::conversations::close;
    delete "/api/v1/conversations/{id}/closure" Token("conversations:write") => api::conversations::reopen;
    put "/api/v1/conversations/{id}/snooze" Token("conversations:write") => api::conversations::snooze;
    delete "/api/v1/conversations/{id}/snooze" Token("conversations:write") => api::conversations::wake;
    put "/api/v1/inboxes/{id}/escalation_policy" Token("admin") => api::inboxes::set_escalation_policy;
    put "/api/v1/inboxes/{id}/mail_replies" Token("admin") => api::inboxes::set_mail_replies;
    put "/api/v1/handoff_flows/{name}" Token("handoffs:write") => api::handoff_flows::set;
    get "/api/v1/handoff_flows/{name}" Token("handoffs:write") => api::handoff_flows::show;
    put "/api/v1/handoff_flows/{name}/overflow" Token("handoffs:write") => api::handoff_flows::set_overflow;
    post "/api/v1/handoffs" Token("handoffs:write") => api::handoffs::create;
    post "/api/v1/applications" Token("appointments:write") => api::applications::create;
    get "/api/v1/applications" Token("appointments:write") => api::applications::index;
    get "/api/v1/applications/{id}" Token("appointments:write") => api::applications::show;
    post "/api/v1/appointment_offers" Token("appointments:write") => api::appointment_offers::create;
    get "/api/v1/appointment_offers/{id}" Token("appointments:write") => api::appointment_offers::show;
    post "/api/v1/appointment_offers/{id}/booking" Token("appointments:write") => api::appointment_offers::book;
    get "/api/v1/contacts" Token("contacts:read") => api::contacts::index;
    get "/api/v1/contacts/{id}/consents" Token("contacts:read") => api::consents::index;
    post "/api/v1/contacts/{id}/consents" Token("contacts:write") => api::consents::create;
    delete "/api/v1/contacts/{id}/consents" Token("contacts:write") => api::consents::withdraw;
    put "/api/v1/contacts/{id}/fields" Token("contacts:write") => api::contact_fields::set;
    get "/api/v1/contact_fields" Token("contacts:read") => api::contact_fields::index;
    get "/api/v1/search" Token("messages:read") => api::search::index;
    put "/api/v1/conversations/{id}/tags/{tag}" Token("conversations:write") => api::conversations::put_tag;
    delete "/api/v1/conversations/{id}/tags/{tag}" Token("conversations:write") => api::conversations::take_tag;
    get "/api/v1/tags" Token("messages:read") => api::tags::index;
    get "/api/v1/events" Token("events:read") => api::events::index;
    post "/api/v1/simulator/inbound" Token("simulator") => api::simulator::inbound;
    get "/api/v1/simulator/handsets/{number}" Token("simulator") => api::simulator::handset;
    put "/api/v1/simulator/behaviour" Token("simulator") => api::simulator::behave;
}
