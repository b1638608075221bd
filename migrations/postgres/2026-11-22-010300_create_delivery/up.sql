-- Texts that still have to be handed over; a row goes when its message has left.
create table outbox (
    message_id uuid primary key not null references messages (id),
    sender_id uuid not null references senders (id),
    due_at timestamp not null,
    tries integer not null,
    claimed_by uuid,
    claimed_until timestamp
);
create index outbox_due on outbox (due_at);

create table attempts (
    id uuid primary key not null,
    message_id uuid not null references messages (id),
    number integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    outcome text,
    detail_sealed bytea
);
create unique index attempts_of_message on attempts (message_id, number);

create table receipts (
    id uuid primary key not null,
    provider_account_id uuid not null references provider_accounts (id),
    provider_ref text not null,
    -- Null while no message has this provider_ref: a receipt may overtake the send call.
    message_id uuid,
    status text not null,
    reason text,
    detail text not null,
    dedupe_key text not null,
    received_at timestamp not null,
    unique (provider_account_id, dedupe_key)
);
create index receipts_by_provider_ref on receipts (provider_account_id, provider_ref);

create table quarantine (
    id uuid primary key not null,
    provider_account_id uuid references provider_accounts (id),
    route text not null,
    request_sealed bytea not null,
    problem text not null,
    received_at timestamp not null,
    resolved_at timestamp,
    resolved_by uuid references users (id),
    outcome text
);
create index quarantine_by_time on quarantine (received_at);
