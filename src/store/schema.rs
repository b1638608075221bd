//! The tables, kept by hand once for both databases.
//!
//! `tests/it/schema.rs` selects every column of every table on both, so that this
//! file cannot drift from the migrations.

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    organizations (id) {
        id -> DbUuid,
        name -> Text,
        locale -> Text,
        time_zone -> Text,
        created_at -> Timestamp,
        alive_at -> Nullable<Timestamp>,
        masked_roles -> Text,
        photo_days -> Integer,
        inquiries -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    users (id) {
        id -> DbUuid,
        email_index -> Binary,
        email_sealed -> Binary,
        name_sealed -> Binary,
        role -> Text,
        password_hash -> Text,
        locale -> Text,
        theme -> Text,
        enter_sends -> Bool,
        notify -> Text,
        sound -> Bool,
        notify_scope -> Text,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        last_seen_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    sessions (id) {
        id -> DbUuid,
        token_hash -> Binary,
        user_id -> DbUuid,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        browser -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    quiet_times (user_id) {
        user_id -> DbUuid,
        time_zone -> Text,
        night_from -> Nullable<Integer>,
        night_to -> Nullable<Integer>,
        nights -> Integer,
        days -> Integer,
        paused_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    push_keys (id) {
        id -> Integer,
        private_sealed -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    push_subscriptions (session_id) {
        session_id -> DbUuid,
        endpoint_sealed -> Nullable<Binary>,
        keys_sealed -> Nullable<Binary>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    pushes (session_id, message_id) {
        session_id -> DbUuid,
        message_id -> DbUuid,
        conversation_id -> DbUuid,
        tries -> Integer,
        due_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    push_cursors (id) {
        id -> Integer,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    api_tokens (id) {
        id -> DbUuid,
        name -> Text,
        token_hash -> Binary,
        scopes -> Text,
        created_by -> Nullable<DbUuid>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    idempotency_keys (api_token_id, idempotency_key) {
        api_token_id -> DbUuid,
        idempotency_key -> Text,
        request_hash -> Binary,
        message_id -> DbUuid,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    inboxes (id) {
        id -> DbUuid,
        name -> Text,
        locale -> Text,
        time_zone -> Text,
        undo_seconds -> Integer,
        created_at -> Timestamp,
        calendar_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    calendars (id) {
        id -> DbUuid,
        name -> Text,
        time_zone -> Text,
        week -> Text,
        keeps_holidays -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    calendar_days (calendar_id, day) {
        calendar_id -> DbUuid,
        day -> Text,
        name -> Text,
        hours -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    memberships (inbox_id, user_id) {
        inbox_id -> DbUuid,
        user_id -> DbUuid,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    provider_accounts (id) {
        id -> DbUuid,
        kind -> Text,
        settings_sealed -> Binary,
        hook_token_hash -> Binary,
        hook_token_sealed -> Binary,
        listed_until -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    senders (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        provider_account_id -> DbUuid,
        address -> Text,
        kind -> Text,
        can_receive -> Bool,
        segments_per_second -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contacts (id) {
        id -> DbUuid,
        name_sealed -> Nullable<Binary>,
        key_wrapped -> Binary,
        opted_out -> Nullable<Text>,
        created_at -> Timestamp,
        person_id -> Nullable<DbUuid>,
        person_name_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contact_inboxes (contact_id, inbox_id) {
        contact_id -> DbUuid,
        inbox_id -> DbUuid,
        added_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contact_merges (contact_id) {
        contact_id -> DbUuid,
        into_id -> DbUuid,
        merged_by -> Nullable<DbUuid>,
        merged_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contact_addresses (id) {
        id -> DbUuid,
        contact_id -> DbUuid,
        address_index -> Binary,
        address_sealed -> Binary,
        is_current -> Bool,
        since -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    consents (id) {
        id -> DbUuid,
        contact_id -> DbUuid,
        purpose -> Text,
        decision -> Text,
        source -> Text,
        wording_sealed -> Nullable<Binary>,
        actor_id -> Nullable<DbUuid>,
        said_at -> Timestamp,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;
    opt_outs (id) {
        id -> DbUuid,
        contact_id -> DbUuid,
        address_index -> Binary,
        scope -> Text,
        source -> Text,
        actor_id -> Nullable<DbUuid>,
        since -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    conversations (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        contact_id -> DbUuid,
        address_id -> DbUuid,
        state -> Text,
        assignee_id -> Nullable<DbUuid>,
        last_answered_by -> Nullable<DbUuid>,
        waiting_since -> Nullable<Timestamp>,
        snoozed_until -> Nullable<Timestamp>,
        case_id -> DbUuid,
        last_message_at -> Timestamp,
        last_message_id -> DbUuid,
        last_direction -> Text,
        last_inbound_at -> Nullable<Timestamp>,
        inbound_texts -> Integer,
        preview_sealed -> Binary,
        created_at -> Timestamp,
        team_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    inbox_counts (inbox_id, assignee_id) {
        inbox_id -> DbUuid,
        assignee_id -> DbUuid,
        open -> Integer,
        waiting -> Integer,
        snoozed -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    cases (id) {
        id -> DbUuid,
        conversation_id -> DbUuid,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<DbUuid>,
        waited_since -> Nullable<Timestamp>,
        was_snoozed_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    tags (id) {
        id -> DbUuid,
        name -> Text,
        colour -> Text,
        position -> Integer,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    conversation_tags (conversation_id, tag_id) {
        conversation_id -> DbUuid,
        tag_id -> DbUuid,
        tagged_by -> Nullable<DbUuid>,
        tagged_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    mentions (message_id, user_id) {
        message_id -> DbUuid,
        user_id -> DbUuid,
        conversation_id -> DbUuid,
        mentioned_at -> Timestamp,
        seen_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    messages (id) {
        id -> DbUuid,
        conversation_id -> DbUuid,
        direction -> Text,
        kind -> Text,
        purpose -> Text,
        body_sealed -> Binary,
        our_address -> Nullable<Text>,
        address_id -> Nullable<DbUuid>,
        sender_id -> Nullable<DbUuid>,
        author_id -> Nullable<DbUuid>,
        provider_account_id -> Nullable<DbUuid>,
        provider_ref -> Nullable<Text>,
        client_message_id -> Nullable<DbUuid>,
        state -> Nullable<Text>,
        reason -> Nullable<Text>,
        encoding -> Text,
        segments -> Integer,
        not_before -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        delivered_at -> Nullable<Timestamp>,
        until_reply -> Bool,
        failed_at -> Nullable<Timestamp>,
        automatic -> Bool,
        mailed -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    reads (conversation_id, user_id) {
        conversation_id -> DbUuid,
        user_id -> DbUuid,
        read_at -> Timestamp,
        inbound_read -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;
    outages (id) {
        id -> DbUuid,
        began_at -> Timestamp,
        ended_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;
    drafts (id) {
        id -> DbUuid,
        conversation_id -> DbUuid,
        user_id -> DbUuid,
        is_note -> Bool,
        body_sealed -> Binary,
        saved_at -> Timestamp,
        purpose -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;
    templates (id) {
        id -> DbUuid,
        inbox_id -> Nullable<DbUuid>,
        name -> Text,
        shortcut -> Text,
        locale -> Text,
        body_sealed -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    outbox (message_id) {
        message_id -> DbUuid,
        sender_id -> DbUuid,
        due_at -> Timestamp,
        tries -> Integer,
        claimed_by -> Nullable<DbUuid>,
        claimed_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    attempts (id) {
        id -> DbUuid,
        message_id -> DbUuid,
        number -> Integer,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        detail_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    receipts (id) {
        id -> DbUuid,
        provider_account_id -> DbUuid,
        provider_ref -> Text,
        message_id -> Nullable<DbUuid>,
        status -> Text,
        reason -> Nullable<Text>,
        detail -> Text,
        dedupe_key -> Text,
        received_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    quarantine (id) {
        id -> DbUuid,
        provider_account_id -> Nullable<DbUuid>,
        route -> Text,
        request_sealed -> Binary,
        problem -> Text,
        received_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
        resolved_by -> Nullable<DbUuid>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    events (seq) {
        seq -> BigInt,
        kind -> Text,
        inbox_id -> Nullable<DbUuid>,
        conversation_id -> Nullable<DbUuid>,
        message_id -> Nullable<DbUuid>,
        user_id -> Nullable<DbUuid>,
        at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    audit_entries (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<DbUuid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Nullable<DbUuid>,
        detail -> Text,
        origin_sealed -> Nullable<Binary>,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    set_up_links (id) {
        id -> DbUuid,
        token_hash -> Binary,
        papers_sealed -> Nullable<Binary>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    sender_rates (sender_id) {
        sender_id -> DbUuid,
        empty_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    audit_head (id) {
        id -> SmallInt,
        entries -> BigInt,
        hash -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    unresolved (message_id) {
        message_id -> DbUuid,
        provider_account_id -> DbUuid,
        attempted_at -> Timestamp,
        look_at -> Timestamp,
        looks -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    teams (id) {
        id -> DbUuid,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    team_members (team_id, user_id) {
        team_id -> DbUuid,
        user_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    team_inboxes (team_id, inbox_id) {
        team_id -> DbUuid,
        inbox_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    automatic_policies (inbox_id) {
        inbox_id -> DbUuid,
        pause_seconds -> BigInt,
        mail_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    automatic_rules (inbox_id, position) {
        inbox_id -> DbUuid,
        position -> Integer,
        occasion -> Text,
        matching -> Text,
        words -> Nullable<Text>,
        body_sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    escalation_policies (inbox_id) {
        inbox_id -> DbUuid,
        always -> Bool,
        changed_at -> Timestamp,
        window_seconds -> BigInt,
        excerpt -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    escalation_steps (inbox_id, position) {
        inbox_id -> DbUuid,
        position -> Integer,
        kind -> Text,
        after_seconds -> BigInt,
        recipients_sealed -> Binary,
        urgent -> Bool,
        repeat_seconds -> Nullable<BigInt>,
        words -> Nullable<Text>,
        tags -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    help_calls (conversation_id) {
        conversation_id -> DbUuid,
        since -> Timestamp,
        user_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    escalations (conversation_id, since, position, turn) {
        conversation_id -> DbUuid,
        since -> Timestamp,
        position -> Integer,
        turn -> Integer,
        fired_at -> Timestamp,
        mails -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    mails (id) {
        id -> DbUuid,
        conversation_id -> Nullable<DbUuid>,
        to_sealed -> Binary,
        message_sealed -> Binary,
        state -> Text,
        tries -> Integer,
        due_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        message_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    nudges (id) {
        id -> DbUuid,
        conversation_id -> DbUuid,
        source -> Text,
        since -> Timestamp,
        position -> Integer,
        turn -> Integer,
        kind -> Text,
        urgent -> Bool,
        user_id -> Nullable<DbUuid>,
        to_sealed -> Binary,
        to_index -> Binary,
        created_at -> Timestamp,
        due_at -> Nullable<Timestamp>,
        why -> Nullable<Text>,
        looking_since -> Nullable<Timestamp>,
        mail_id -> Nullable<DbUuid>,
        posted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contact_fields (id) {
        id -> DbUuid,
        name -> Text,
        kind -> Text,
        choices -> Text,
        position -> Integer,
        created_at -> Timestamp,
        archived_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    contact_values (id) {
        id -> DbUuid,
        contact_id -> DbUuid,
        field_id -> DbUuid,
        value_sealed -> Binary,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    reply_inboxes (inbox_id) {
        inbox_id -> DbUuid,
        since -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    reply_addresses (id) {
        id -> DbUuid,
        conversation_id -> DbUuid,
        user_id -> DbUuid,
        seen_seq -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        mail_hash -> Nullable<Binary>,
        message_id -> Nullable<DbUuid>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    link_hosts (host) {
        host -> Text,
        added_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    links (id) {
        id -> DbUuid,
        token_hash -> Binary,
        conversation_id -> DbUuid,
        message_id -> Nullable<DbUuid>,
        destination_sealed -> Binary,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        opened_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    reply_forms (id) {
        id -> DbUuid,
        token_hash -> Binary,
        conversation_id -> DbUuid,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        message_id -> Nullable<DbUuid>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    sender_notices (sender_id) {
        sender_id -> DbUuid,
        purposes -> Text,
        sample -> Text,
        takes_calls -> Bool,
        docomo -> Text,
        au -> Text,
        softbank -> Text,
        rakuten -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    link_destinations (id) {
        id -> DbUuid,
        name -> Text,
        url_sealed -> Binary,
        days -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    menu_calls (flow_id, call_index) {
        flow_id -> DbUuid,
        call_index -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    photos (id) {
        id -> DbUuid,
        message_id -> DbUuid,
        position -> Integer,
        width -> Integer,
        height -> Integer,
        created_at -> Timestamp,
        purged_at -> Nullable<Timestamp>,
        small_sealed -> Nullable<Binary>,
        full_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    link_opens (link_id, opened_at) {
        link_id -> DbUuid,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    refused_replies (id) {
        id -> DbUuid,
        mail_hash -> Binary,
        reason -> Text,
        conversation_id -> Nullable<DbUuid>,
        user_id -> Nullable<DbUuid>,
        mail_id -> Nullable<DbUuid>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    handoff_flows (id) {
        id -> DbUuid,
        name -> Text,
        inbox_id -> DbUuid,
        called -> Nullable<Text>,
        operator -> Nullable<Text>,
        calendar_id -> Nullable<DbUuid>,
        duplicate_seconds -> BigInt,
        return_seconds -> BigInt,
        foreign_numbers -> Bool,
        overflow -> Text,
        busy_calendar_id -> Nullable<DbUuid>,
        general_sealed -> Nullable<Binary>,
        closed_sealed -> Nullable<Binary>,
        overflow_sealed -> Nullable<Binary>,
        overflow_url_sealed -> Nullable<Binary>,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    handoff_options (flow_id, digit) {
        flow_id -> DbUuid,
        digit -> Text,
        position -> Integer,
        topic -> Text,
        body_sealed -> Binary,
        url_sealed -> Nullable<Binary>,
        team_id -> Nullable<DbUuid>,
        purpose -> Text,
        language -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    handoff_sayings (flow_id, speech, language) {
        flow_id -> DbUuid,
        speech -> Text,
        language -> Text,
        text_sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    handoff_switches (flow_id) {
        flow_id -> DbUuid,
        user_id -> Nullable<DbUuid>,
        api_token_id -> Nullable<DbUuid>,
        switched_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    handoffs (id) {
        id -> DbUuid,
        flow_id -> DbUuid,
        api_token_id -> Nullable<DbUuid>,
        provider_account_id -> Nullable<DbUuid>,
        call_index -> Binary,
        caller_index -> Binary,
        digit -> Text,
        turn -> Integer,
        topic_sealed -> Binary,
        language -> Text,
        typed -> Bool,
        result -> Text,
        reason -> Nullable<Text>,
        suggests_operator -> Bool,
        conversation_id -> Nullable<DbUuid>,
        message_id -> Nullable<DbUuid>,
        team_id -> Nullable<DbUuid>,
        called_at -> Timestamp,
        returns_until -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    application_media (id) {
        id -> DbUuid,
        name -> Text,
        name_key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    application_sources (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        name -> Text,
        token_hash -> Binary,
        token_sealed -> Binary,
        secret_sealed -> Binary,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    applications (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        contact_id -> DbUuid,
        external_index -> Nullable<Binary>,
        external_id_sealed -> Nullable<Binary>,
        job_sealed -> Nullable<Binary>,
        medium_id -> Nullable<DbUuid>,
        recruiter_id -> Nullable<DbUuid>,
        step -> Text,
        applied_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    application_moves (id) {
        id -> DbUuid,
        application_id -> DbUuid,
        step -> Text,
        cause -> Text,
        user_id -> Nullable<DbUuid>,
        at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    application_deliveries (source_id, delivery_index) {
        source_id -> DbUuid,
        delivery_index -> Binary,
        application_id -> DbUuid,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    interviewers (id) {
        id -> DbUuid,
        email_index -> Binary,
        email_sealed -> Binary,
        name_sealed -> Nullable<Binary>,
        user_id -> Nullable<DbUuid>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointment_openings (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        buffer_minutes -> Integer,
        capacity -> Integer,
        booked -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    opening_interviewers (opening_id, interviewer_id) {
        opening_id -> DbUuid,
        interviewer_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    interviewer_calendars (id) {
        id -> DbUuid,
        interviewer_id -> DbUuid,
        kind -> Text,
        url_sealed -> Binary,
        user_sealed -> Nullable<Binary>,
        password_sealed -> Nullable<Binary>,
        etag -> Nullable<Text>,
        modified -> Nullable<Text>,
        whole_at -> Nullable<Timestamp>,
        fetched_at -> Nullable<Timestamp>,
        tried_at -> Nullable<Timestamp>,
        due_at -> Timestamp,
        tries -> Integer,
        failures -> Integer,
        error -> Nullable<Text>,
        unread -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    interview_policies (inbox_id) {
        inbox_id -> DbUuid,
        eve_hour -> Nullable<Integer>,
        morning_hour -> Nullable<Integer>,
        from_hour -> Integer,
        until_hour -> Integer,
        follow_up_hours -> Nullable<Integer>,
        call_hours -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    interviewer_busy (calendar_id, starts_at) {
        calendar_id -> DbUuid,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    interviewer_feeds (interviewer_id) {
        interviewer_id -> DbUuid,
        token_hash -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointment_offers (id) {
        id -> DbUuid,
        inbox_id -> DbUuid,
        conversation_id -> DbUuid,
        message_id -> DbUuid,
        title_sealed -> Binary,
        location_sealed -> Nullable<Binary>,
        duration_minutes -> Integer,
        reply_by -> Timestamp,
        auto_confirm -> Bool,
        state -> Text,
        wish -> Nullable<Text>,
        after_offer_id -> Nullable<DbUuid>,
        user_id -> Nullable<DbUuid>,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        page_hash -> Nullable<Binary>,
        page_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointment_slots (id) {
        id -> DbUuid,
        offer_id -> DbUuid,
        number -> Integer,
        opening_id -> DbUuid,
        state -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointments (id) {
        id -> DbUuid,
        offer_id -> DbUuid,
        slot_id -> DbUuid,
        opening_id -> DbUuid,
        inbox_id -> DbUuid,
        conversation_id -> DbUuid,
        state -> Text,
        sequence -> Integer,
        attends_at -> Nullable<Timestamp>,
        user_id -> Nullable<DbUuid>,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        event_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointment_suggestions (conversation_id) {
        conversation_id -> DbUuid,
        offer_id -> DbUuid,
        message_id -> DbUuid,
        reading -> Text,
        number -> Nullable<Integer>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    appointment_tasks (id) {
        id -> DbUuid,
        offer_id -> DbUuid,
        appointment_id -> Nullable<DbUuid>,
        kind -> Text,
        due_at -> Nullable<Timestamp>,
        done_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    webhooks (id) {
        id -> DbUuid,
        url_sealed -> Binary,
        secret_sealed -> Binary,
        old_secret_sealed -> Nullable<Binary>,
        old_until -> Nullable<Timestamp>,
        kinds -> Text,
        inbox_id -> Nullable<DbUuid>,
        seq -> BigInt,
        pause -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::ids::DbUuid;

    webhook_deliveries (id) {
        id -> DbUuid,
        webhook_id -> DbUuid,
        seq -> Nullable<BigInt>,
        kind -> Text,
        happened_at -> Timestamp,
        inbox_id -> Nullable<DbUuid>,
        conversation_id -> Nullable<DbUuid>,
        message_id -> Nullable<DbUuid>,
        offer_id -> Nullable<DbUuid>,
        state -> Text,
        tries -> Integer,
        due_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        status -> Nullable<Integer>,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(conversations -> contacts (contact_id));
diesel::joinable!(conversations -> contact_addresses (address_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(senders -> provider_accounts (provider_account_id));
diesel::joinable!(senders -> inboxes (inbox_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(push_subscriptions -> sessions (session_id));
diesel::joinable!(pushes -> push_subscriptions (session_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(outbox -> messages (message_id));
diesel::joinable!(outbox -> senders (sender_id));
diesel::joinable!(contact_addresses -> contacts (contact_id));
diesel::joinable!(contact_inboxes -> contacts (contact_id));
diesel::joinable!(conversation_tags -> tags (tag_id));
diesel::joinable!(team_members -> teams (team_id));
diesel::joinable!(team_inboxes -> teams (team_id));
diesel::joinable!(mentions -> conversations (conversation_id));
diesel::joinable!(help_calls -> conversations (conversation_id));
diesel::joinable!(nudges -> conversations (conversation_id));
diesel::joinable!(nudges -> mails (mail_id));
diesel::joinable!(appointment_slots -> appointment_openings (opening_id));
diesel::joinable!(appointments -> appointment_openings (opening_id));
diesel::joinable!(opening_interviewers -> appointment_openings (opening_id));
diesel::joinable!(opening_interviewers -> interviewers (interviewer_id));
diesel::joinable!(interviewer_busy -> interviewer_calendars (calendar_id));
diesel::joinable!(link_opens -> links (link_id));
diesel::joinable!(photos -> messages (message_id));
diesel::joinable!(handoff_switches -> handoff_flows (flow_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_tokens,
    application_deliveries,
    application_media,
    application_moves,
    application_sources,
    applications,
    appointment_offers,
    appointment_openings,
    appointment_slots,
    appointment_suggestions,
    appointment_tasks,
    appointments,
    attempts,
    audit_entries,
    audit_head,
    automatic_policies,
    automatic_rules,
    calendar_days,
    calendars,
    cases,
    contact_addresses,
    contact_inboxes,
    contact_merges,
    contacts,
    conversation_tags,
    consents,
    conversations,
    drafts,
    escalation_policies,
    escalation_steps,
    escalations,
    events,
    handoff_flows,
    handoff_options,
    handoff_sayings,
    handoff_switches,
    handoffs,
    help_calls,
    idempotency_keys,
    inbox_counts,
    inboxes,
    interview_policies,
    interviewer_busy,
    interviewer_calendars,
    interviewer_feeds,
    interviewers,
    link_destinations,
    link_hosts,
    link_opens,
    links,
    mails,
    memberships,
    mentions,
    menu_calls,
    messages,
    nudges,
    opening_interviewers,
    opt_outs,
    organizations,
    outages,
    outbox,
    photos,
    provider_accounts,
    quarantine,
    reads,
    receipts,
    refused_replies,
    reply_addresses,
    reply_forms,
    reply_inboxes,
    push_cursors,
    push_keys,
    push_subscriptions,
    pushes,
    quiet_times,
    sender_notices,
    sender_rates,
    senders,
    sessions,
    set_up_links,
    tags,
    team_inboxes,
    team_members,
    teams,
    templates,
    unresolved,
    users,
    webhook_deliveries,
    webhooks,
);
