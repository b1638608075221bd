create table organizations (
    id uuid primary key not null,
    name text not null,
    locale text not null,
    time_zone text not null,
    created_at timestamp not null
);

create table users (
    id uuid primary key not null,
    email_index bytea not null unique,
    email_sealed bytea not null,
    name_sealed bytea not null,
    role text not null,
    password_hash text not null,
    locale text not null,
    theme text not null,
    enter_sends boolean not null,
    disabled_at timestamp,
    created_at timestamp not null
);

-- Only a hash of the cookie's value is kept: a copy of the table signs nobody in.
create table sessions (
    id uuid primary key not null,
    token_hash bytea not null unique,
    user_id uuid not null references users (id),
    created_at timestamp not null,
    last_seen_at timestamp not null,
    expires_at timestamp not null
);
create index sessions_of_user on sessions (user_id);

create table api_tokens (
    id uuid primary key not null,
    name text not null,
    token_hash bytea not null unique,
    scopes text not null,
    created_by uuid references users (id),
    created_at timestamp not null,
    expires_at timestamp not null,
    revoked_at timestamp
);

-- The first answer to a request with this key, given again to every repetition.
create table idempotency_keys (
    api_token_id uuid not null references api_tokens (id),
    idempotency_key text not null,
    request_hash bytea not null,
    message_id uuid not null,
    created_at timestamp not null,
    primary key (api_token_id, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
