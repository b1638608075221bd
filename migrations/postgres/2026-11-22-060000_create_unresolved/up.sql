-- Texts whose fate nobody knows, until the provider's list has told it.
create table unresolved (
    message_id uuid primary key not null references messages (id),
    provider_account_id uuid not null references provider_accounts (id),
    attempted_at timestamp not null,
    look_at timestamp not null,
    looks integer not null
);
create index unresolved_look_at on unresolved (look_at);
