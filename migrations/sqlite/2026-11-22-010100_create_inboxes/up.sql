create table inboxes (
    id blob primary key not null,
    name text not null,
    locale text not null,
    time_zone text not null,
    undo_seconds integer not null,
    created_at timestamp not null
);

create table memberships (
    inbox_id blob not null references inboxes (id),
    user_id blob not null references users (id),
    created_at timestamp not null,
    primary key (inbox_id, user_id)
);
create index memberships_of_user on memberships (user_id);

create table provider_accounts (
    id blob primary key not null,
    kind text not null,
    settings_sealed blob not null,
    hook_token_hash blob not null unique,
    hook_token_sealed blob not null,
    -- How far the provider's own list of inbound texts has been read.
    listed_until timestamp not null,
    created_at timestamp not null
);

create table senders (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    provider_account_id blob not null references provider_accounts (id),
    address text not null,
    kind text not null,
    can_receive boolean not null,
    segments_per_second integer not null,
    created_at timestamp not null,
    unique (provider_account_id, address)
);
create index senders_of_inbox on senders (inbox_id);
