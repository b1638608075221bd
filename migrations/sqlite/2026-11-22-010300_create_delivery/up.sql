-- Texts that still have to be handed over; a row goes when its message has left.
create table outbox (
    message_id blob primary key not null references messages (id),
    sender_id blob not null references senders (id),
    due_at timestamp not null,
    tries integer not null,
    claimed_by blob,
    claimed_until timestamp
);
create index outbox_due on outbox (due_at);

create table attempts (
    id blob primary key not null,
    message_id blob not null references messages (id),
    number integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    outcome text,
    detail_sealed blob
);
create unique index attempts_of_message on attempts (message_id, number);

create table receipts (
    id blob primary key not null,
    provider_account_id blob not null references provider_accounts (id),
    provider_ref text not null,
    -- Null while no message has this provider_ref: a receipt may overtake the send call.
    message_id blob,
    status text not null,
    reason text,
    detail text not null,
    dedupe_key text not null,
    received_at timestamp not null,
    unique (provider_account_id, dedupe_key)
);
create index receipts_by_provider_ref on receipts (provider_account_id, provider_ref);

create table quarantine (
    id blob primary key not null,
    provider_account_id blob references provider_accounts (id),
    route text not null,
    request_sealed blob not null,
    problem text not null,
    received_at timestamp not null,
    resolved_at timestamp,
    resolved_by blob references users (id),
    outcome text
);
create index quarantine_by_time on quarantine (received_at);
