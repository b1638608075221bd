//! What the house's words are called in the reader's language.
//!
//! Verbs, the audit log and the database know problems, actions and scopes by
//! words that never change; here they become sentences.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::error::WebError;
use super::views::FormErrors;
use crate::actions::calendars::MOST_DAYS_AT_ONCE;
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::account_check::CheckOutcome;
use crate::domain::content_guard::FindingKind;
use crate::domain::phone_number::CannotReceive;
use crate::domain::photo;
use crate::locale::Locale;
use crate::password::MIN_LENGTH;

/// The first language the browser asks for and henji speaks, else the house's:
/// for pages shown before anybody has signed in.
pub fn locale_of_visitor(request: &HttpRequest, app: &App) -> Locale {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|tags| tags.to_str().ok());
    asked
        .and_then(Locale::from_accept_language)
        .or_else(|| Locale::from_tag(app.config.language.language.code()))
        .unwrap_or_default()
}

/// What a form shows for a verb's refusal; every other error passes through.
///
/// `names` are the verb's fields that the form calls by another name.
pub fn form_errors(
    t: Locale,
    error: ActionError,
    names: &[(&'static str, &'static str)],
) -> Result<FormErrors, WebError> {
    match error {
        ActionError::Invalid { field, problem: what } => {
            let renamed = names.iter().find(|(name, _)| *name == field);
            let shown = renamed.map_or(field, |(_, shown)| shown);
            Ok(FormErrors::of(shown, problem(t, field, what)))
        }
        error => Err(error.into()),
    }
}

/// What is wrong with a field and how to cure it.
pub fn problem(t: Locale, field: &str, problem: Problem) -> String {
    let text = match (field, problem) {
        ("role", Problem::Missing) => t.field_last_admin(),
        ("scope" | "inbox_id", Problem::Missing) => t.field_choose_one(),
        ("shortcut", Problem::Malformed) => t.field_shortcut_malformed(),
        ("send_at", Problem::Missing) => t.field_send_at_missing(),
        ("body", Problem::Missing) => t.field_empty_body(),
        ("contact", Problem::Unknown) => t.field_contact_unknown(),
        ("contact", Problem::TooMany) => t.field_contact_too_many(),
        ("choices", Problem::Missing) => t.fields_choices_missing(),
        ("conversations", Problem::Missing) => t.selection_none(),
        (_, Problem::Missing) => t.field_required(),
        ("email", Problem::Malformed) => t.field_email_invalid(),
        ("sender" | "docomo" | "au" | "softbank" | "rakuten", Problem::Malformed) => {
            t.field_sender_invalid()
        }
        ("account_sid", Problem::Malformed) => t.field_account_sid(),
        ("auth_token" | "shared_key_secret", Problem::Malformed) => t.problem_auth_token(),
        ("request", Problem::Malformed) => t.problem_request_unreadable(),
        ("host", Problem::Malformed) => t.problem_not_a_host(),
        ("url", Problem::Malformed) => t.problem_not_https(),
        ("days", Problem::Malformed) => t.links_photos_hint(),
        ("link_days", Problem::Malformed) => t.links_days_hint(),
        (_, Problem::Malformed) => t.problem_malformed(),
        ("password", Problem::TooShort) => return t.field_password_short(MIN_LENGTH),
        (_, Problem::Guessable) => t.field_password_guessable(),
        (_, Problem::TooShort) => t.problem_too_short(),
        ("last_day", Problem::TooMany) => {
            return t.problem_last_day_many(MOST_DAYS_AT_ONCE);
        }
        ("photo", Problem::TooMany) => return t.reply_form_photo_many(photo::MOST),
        ("photo", Problem::TooLong) => {
            return t.reply_form_photo_large(photo::LARGEST / (1024 * 1024));
        }
        (_, Problem::Heic) => t.reply_form_photo_heic(),
        (_, Problem::NotAPicture) => t.reply_form_photo_unreadable(),
        ("conversations", Problem::TooMany) => t.selection_too_many(),
        (_, Problem::TooMany) => t.problem_too_many(),
        (_, Problem::TooLong) => t.problem_too_long(),
        ("time_zone", Problem::Unknown) => t.field_time_zone_unknown(),
        ("locale", Problem::Unknown) => t.problem_language_unknown(),
        ("tag", Problem::Unknown) => t.problem_tag_unknown(),
        ("user_id", Problem::Unknown) => t.problem_user_unknown(),
        ("team_id", Problem::Unknown) => t.problem_team_unknown(),
        (_, Problem::Unknown) => t.problem_unknown(),
        ("email", Problem::Taken) => t.field_email_taken(),
        ("sender", Problem::Taken) => t.field_sender_taken(),
        ("interviewer", Problem::Taken) => t.interviewers_is_met(),
        (_, Problem::Taken) => t.problem_taken(),
        (_, Problem::NotAPhoneNumber) => t.field_number_invalid(),
        (_, Problem::CannotReceive(why)) => {
            return t.field_number_cannot_sms(cannot_receive(t, why));
        }
        (_, Problem::NoAdvertising) => t.problem_no_advertising(),
        (_, Problem::NoConsent) => t.problem_no_consent(),
        (_, Problem::BeforeStop) => t.problem_before_stop(),
        (_, Problem::InFuture) => t.problem_in_future(),
        ("purpose", Problem::OptedOut) => t.problem_consent_stopped(),
        (_, Problem::OptedOut) => t.problem_opted_out(),
        (_, Problem::NoSender) => t.problem_no_sender(),
        ("url", Problem::NotReachable) => t.interviewers_url_not_reachable(),
        (_, Problem::NotReachable) => t.problem_not_reachable(),
        ("last_day", Problem::InPast) => t.problem_last_day_before(),
        ("send_at", Problem::InPast) => t.field_send_at_past(),
        (_, Problem::TooFar) => t.field_send_at_far(),
        (_, Problem::InPast) => t.field_until_past(),
        (_, Problem::Closed) => t.problem_closed(),
        (_, Problem::UnknownField) => t.problem_unknown_field(),
        (_, Problem::Unfilled) => t.problem_unfilled(),
        (_, Problem::Secret(FindingKind::CardNumber)) => t.problem_card_number(),
        (_, Problem::Secret(FindingKind::MyNumber)) => t.problem_my_number(),
        (_, Problem::Doubtful(FindingKind::CardNumber)) => t.problem_doubtful_card(),
        (_, Problem::Doubtful(FindingKind::MyNumber)) => t.problem_doubtful_my_number(),
        (_, Problem::NotHere) => t.problem_not_here(),
        (_, Problem::Ambiguous) => t.problem_ambiguous(),
        (_, Problem::NotHours) => t.problem_not_hours(),
        (_, Problem::PastMidnight) => t.problem_past_midnight(),
        ("team" | "inbox", Problem::InUse) => t.problem_team_in_use(),
        (_, Problem::InUse) => t.problem_calendar_in_use(),
        (_, Problem::NotADate) => t.problem_not_a_date(),
        (_, Problem::NotAChoice) => t.problem_not_a_choice(),
        (_, Problem::NotAFigure) => t.problem_not_a_figure(),
        (_, Problem::NotAnAddress) => t.problem_not_an_address(),
        (_, Problem::PersonalData) => t.problem_personal_data(),
        (_, Problem::UnknownLink) => t.problem_unknown_link(),
        (_, Problem::ForeignHost) => t.problem_foreign_host(),
        ("current", Problem::Wrong) => t.field_password_wrong(),
        (_, Problem::Wrong) => t.problem_wrong(),
    };
    text.to_owned()
}

/// What kind of number it is that gets no texts.
pub fn cannot_receive(t: Locale, why: CannotReceive) -> &'static str {
    match why {
        CannotReceive::Landline => t.cannot_receive_landline(),
        CannotReceive::TollFree => t.cannot_receive_toll_free(),
        CannotReceive::IpPhone => t.cannot_receive_ip_phone(),
        CannotReceive::Navidial => t.cannot_receive_navidial(),
        CannotReceive::Machine => t.cannot_receive_machine(),
        CannotReceive::Pager => t.cannot_receive_pager(),
        CannotReceive::Premium => t.cannot_receive_premium(),
        CannotReceive::InvalidNumber => t.cannot_receive_invalid_number(),
    }
}

/// An action of the audit log; one that is not known here stays the word it is.
pub fn did(t: Locale, action: &str) -> &str {
    match action {
        "house.set_up" => t.did_house_set_up(),
        "house.restore" => t.did_house_restore(),
        "audit.unvouched" => t.did_audit_unvouched(),
        "demo.fill" => t.did_demo_fill(),
        "session.start" => t.did_session_start(),
        "session.end" => t.did_session_end(),
        "session.refuse" => t.did_session_refuse(),
        "user.add" => t.did_user_add(),
        "user.change" => t.did_user_change(),
        "user.readdress" => t.did_user_readdress(),
        "user.disable" => t.did_user_disable(),
        "push.subscribe" => t.did_push_subscribe(),
        "push.remove" => t.did_push_remove(),
        "user.quiet_times" => t.did_user_quiet_times(),
        "user.prefer" => t.did_user_prefer(),
        "user.password" => t.did_user_password(),
        "user.password_refuse" => t.did_user_password_refuse(),
        "team.add" => t.did_team_add(),
        "team.change" => t.did_team_change(),
        "team.remove" => t.did_team_remove(),
        "tag.add" => t.did_tag_add(),
        "tag.change" => t.did_tag_change(),
        "tag.retire" => t.did_tag_retire(),
        "tag.restore" => t.did_tag_restore(),
        "conversation.tag" => t.did_conversation_tag(),
        "conversation.untag" => t.did_conversation_untag(),
        "handoff_flow.add" => t.did_handoff_flow_add(),
        "handoff_flow.change" => t.did_handoff_flow_change(),
        "handoff_flow.overflow" => t.did_handoff_flow_overflow(),
        "handoff_flow.remove" => t.did_handoff_flow_remove(),
        "handoff_flow.try" => t.did_handoff_flow_try(),
        "application.add" => t.did_application_add(),
        "application.move" => t.did_application_move(),
        "application.change" => t.did_application_change(),
        "application.import" => t.did_application_import(),
        "application_source.add" => t.did_application_source_add(),
        "application_source.remove" => t.did_application_source_remove(),
        "appointment.offer" => t.did_appointment_offer(),
        "appointment.book" => t.did_appointment_book(),
        "appointment.withdraw" => t.did_appointment_withdraw(),
        "appointment.dismiss" => t.did_appointment_dismiss(),
        "appointment.cancel" => t.did_appointment_cancel(),
        "appointment.decline" => t.did_appointment_decline(),
        "appointment.change" => t.did_appointment_change(),
        "appointment.expire" => t.did_appointment_expire(),
        "appointment.call" => t.did_appointment_call(),
        "appointment.attend" => t.did_appointment_attend(),
        "appointment.late" => t.did_appointment_late(),
        "interviewer.add" => t.did_interviewer_add(),
        "interviewer.rename" => t.did_interviewer_rename(),
        "interviewer.remove" => t.did_interviewer_remove(),
        "interviewer.calendar_add" => t.did_interviewer_calendar_add(),
        "interviewer.calendar_remove" => t.did_interviewer_calendar_remove(),
        "interviewer.calendar_read" => t.did_interviewer_calendar_read(),
        "interviewer.feed_renew" => t.did_interviewer_feed_renew(),
        "interviewer.feed_withdraw" => t.did_interviewer_feed_withdraw(),
        "calendar.add" => t.did_calendar_add(),
        "calendar.change" => t.did_calendar_change(),
        "calendar.remove" => t.did_calendar_remove(),
        "calendar.set_days" => t.did_calendar_set_days(),
        "calendar.unset_day" => t.did_calendar_unset_day(),
        "inbox.add" => t.did_inbox_add(),
        "inbox.change" => t.did_inbox_change(),
        "inbox.escalation" => t.did_inbox_escalation(),
        "inbox.mail_replies" => t.did_inbox_mail_replies(),
        "mail_reply.refuse" => t.did_mail_reply_refuse(),
        "conversation.answer_by_mail" => t.did_conversation_answer_by_mail(),
        "inbox.automatic_replies" => t.did_inbox_automatic_replies(),
        "inbox.interviews" => t.did_inbox_interviews(),
        "message.mail" => t.did_message_mail(),
        "webhook.add" => t.did_webhook_add(),
        "webhook.change" => t.did_webhook_change(),
        "webhook.remove" => t.did_webhook_remove(),
        "webhook.secret" => t.did_webhook_secret(),
        "webhook.try" => t.did_webhook_try(),
        "webhook.retry" => t.did_webhook_retry(),
        "webhook.discard" => t.did_webhook_discard(),
        "mail.retry" => t.did_mail_retry(),
        "mail.discard" => t.did_mail_discard(),
        "conversation.ask_help" => t.did_conversation_ask_help(),
        "conversation.end_help" => t.did_conversation_end_help(),
        "conversation.stop_escalation" => t.did_conversation_stop_escalation(),
        "conversation.escalate" => t.did_conversation_escalate(),
        "provider.add" => t.did_provider_add(),
        "provider.change" => t.did_provider_change(),
        "provider.check" => t.did_provider_check(),
        "sender.add" => t.did_sender_add(),
        "sender.publish" => t.did_sender_publish(),
        "sender.inquiries" => t.did_sender_inquiries(),
        "token.add" => t.did_token_add(),
        "token.revoke" => t.did_token_revoke(),
        "quarantine.replay" => t.did_quarantine_replay(),
        "quarantine.discard" => t.did_quarantine_discard(),
        "template.add" => t.did_template_add(),
        "template.change" => t.did_template_change(),
        "template.remove" => t.did_template_remove(),
        "message.send" => t.did_message_send(),
        "message.cancel" => t.did_message_cancel(),
        "note.add" => t.did_note_add(),
        "contact.rename" => t.did_contact_rename(),
        "contact.import" => t.did_contact_import(),
        "contact.export" => t.did_contact_export(),
        "contact.merge" => t.did_contact_merge(),
        "contact.separate" => t.did_contact_separate(),
        "contact.fields" => t.did_contact_fields(),
        "field.add" => t.did_field_add(),
        "field.change" => t.did_field_change(),
        "field.archive" => t.did_field_archive(),
        "field.restore" => t.did_field_restore(),
        "contact.reveal" => t.did_contact_reveal(),
        "masking.change" => t.did_masking_change(),
        "link_host.add" => t.did_link_host_add(),
        "link_host.remove" => t.did_link_host_remove(),
        "link_destination.add" => t.did_link_destination_add(),
        "link_destination.remove" => t.did_link_destination_remove(),
        "report.export" => t.did_report_export(),
        "photo.keep" => t.did_photo_keep(),
        "photo.purge" => t.did_photo_purge(),
        "contact.consent" => t.did_contact_consent(),
        "contact.opt_out" => t.did_contact_opt_out(),
        "contact.opt_in" => t.did_contact_opt_in(),
        "conversation.assign" => t.did_conversation_assign(),
        "conversation.hand" => t.did_conversation_hand(),
        "conversation.close" => t.did_conversation_close(),
        "conversation.reopen" => t.did_conversation_reopen(),
        "conversation.snooze" => t.did_conversation_snooze(),
        "conversation.wake" => t.did_conversation_wake(),
        other => other,
    }
}

/// What the actions of the audit log begin with, as people look for them.
pub const THINGS: [&str; 29] = [
    "session",
    "conversation",
    "message",
    "note",
    "contact",
    "user",
    "team",
    "inbox",
    "calendar",
    "handoff_flow",
    "application",
    "application_source",
    "appointment",
    "interviewer",
    "template",
    "tag",
    "field",
    "masking",
    "link_host",
    "link_destination",
    "photo",
    "report",
    "sender",
    "provider",
    "token",
    "quarantine",
    "mail",
    "webhook",
    "house",
];

/// What an entry of the audit log is about.
pub fn object(t: Locale, kind: &str) -> &str {
    match kind {
        "house" => t.object_house(),
        "note" => t.object_note(),
        "provider" => t.object_provider_account(),
        "token" => t.object_api_token(),
        "audit_entry" => t.object_audit_entry(),
        "user" => t.object_user(),
        "session" => t.object_session(),
        "inbox" => t.object_inbox(),
        "mail" => t.object_mail(),
        "webhook" => t.settings_webhooks(),
        "calendar" => t.object_calendar(),
        "handoff_flow" => t.object_handoff_flow(),
        "application" => t.object_application(),
        "application_source" => t.object_application_source(),
        "appointment_offer" => t.object_appointment_offer(),
        "appointment" => t.object_appointment(),
        "interviewer" => t.object_interviewer(),
        "sender" => t.object_sender(),
        "provider_account" => t.object_provider_account(),
        "api_token" => t.object_api_token(),
        "quarantine" => t.object_quarantine(),
        "tag" => t.object_tag(),
        "field" => t.object_field(),
        "masking" => t.masking_title(),
        "link_host" => t.object_link_host(),
        "link_destination" => t.object_link_destination(),
        "report" => t.report_title(),
        "photo" => t.object_photo(),
        "team" => t.object_team(),
        "conversation" => t.object_conversation(),
        "message" => t.object_message(),
        "template" => t.object_template(),
        "contact" => t.object_contact(),
        other => other,
    }
}

/// What a scope allows a token.
pub fn scope(t: Locale, scope: &str) -> &str {
    match scope {
        "messages:send" => t.scope_messages_send(),
        "messages:read" => t.scope_messages_read(),
        "conversations:write" => t.scope_conversations_write(),
        "contacts:read" => t.scope_contacts_read(),
        "contacts:write" => t.scope_contacts_write(),
        "events:read" => t.scope_events_read(),
        "handoffs:write" => t.scope_handoffs_write(),
        "appointments:write" => t.scope_appointments_write(),
        "simulator" => t.scope_simulator(),
        "admin" => t.scope_admin(),
        other => other,
    }
}

/// A credential of a provider account, as the provider's console calls it.
pub fn credential(name: &str) -> &str {
    match name {
        "auth_token" => "Auth Token",
        "shared_key_id" => "API Key SID",
        "shared_key_secret" => "API Key Secret",
        other => other,
    }
}

/// What asking a provider came to, and what to do about it.
pub fn check_outcome(t: Locale, outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Works => t.check_works(),
        CheckOutcome::Credentials => t.check_credentials(),
        CheckOutcome::Unreachable => t.check_unreachable(),
        CheckOutcome::Odd => t.check_odd(),
    }
}

/// Why a webhook request was not believed, as the check noted it.
pub fn held_because(t: Locale, problem: &str) -> &str {
    match problem {
        "the signature header is missing"
        | "a header is missing or malformed: webhook-id, webhook-timestamp, webhook-signature" => {
            t.held_signature_missing()
        }
        "the signature does not fit" => t.held_signature_mismatch(),
        "it was signed more than five minutes ago, or in the future" => t.held_stale(),
        "the signature does not match" => t.held_signature_mismatch(),
        "the request is older than allowed" => t.held_stale(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
