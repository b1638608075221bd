create table contacts (
    id blob primary key not null,
    name_sealed blob,
    -- The contact's own key, wrapped by the key outside the database.
    key_wrapped blob not null,
    -- The widest stop request in force, none if null.
    opted_out text,
    created_at timestamp not null
);

create table contact_addresses (
    id blob primary key not null,
    contact_id blob not null references contacts (id),
    address_index blob not null,
    address_sealed blob not null,
    is_current boolean not null,
    since timestamp not null
);
-- A number is current for one contact at a time.
create unique index contact_addresses_current on contact_addresses (address_index) where is_current;
create index contact_addresses_of_contact on contact_addresses (contact_id);

create table opt_outs (
    id blob primary key not null,
    contact_id blob not null references contacts (id),
    -- Kept when the contact is erased, so that the stop still holds.
    address_index blob not null,
    scope text not null,
    source text not null,
    actor_id blob,
    since timestamp not null,
    ended_at timestamp
);
create index opt_outs_of_address on opt_outs (address_index) where ended_at is null;

create table conversations (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    contact_id blob not null references contacts (id),
    address_id blob not null references contact_addresses (id),
    state text not null,
    assignee_id blob references users (id),
    last_answered_by blob references users (id),
    waiting_since timestamp,
    snoozed_until timestamp,
    case_id blob not null,
    last_message_at timestamp not null,
    last_message_id blob not null,
    last_direction text not null,
    last_inbound_at timestamp,
    preview_sealed blob not null,
    created_at timestamp not null,
    unique (inbox_id, contact_id)
);
create index conversations_all on conversations (inbox_id, last_message_at, id);
create index conversations_by_state on conversations (inbox_id, state, last_message_at, id);
create index conversations_unassigned on conversations (inbox_id, last_message_at, id)
    where state = 'open' and assignee_id is null;
create index conversations_waiting on conversations (inbox_id, waiting_since, id)
    where waiting_since is not null;
create index conversations_of_assignee on conversations (assignee_id, state, last_message_at, id)
    where assignee_id is not null;
create index conversations_snoozed on conversations (snoozed_until) where snoozed_until is not null;
create index conversations_of_contact on conversations (contact_id);

create table cases (
    id blob primary key not null,
    conversation_id blob not null references conversations (id),
    opened_at timestamp not null,
    closed_at timestamp,
    closed_by blob references users (id)
);
create index cases_of_conversation on cases (conversation_id, opened_at);

create table messages (
    id blob primary key not null,
    conversation_id blob not null references conversations (id),
    direction text not null,
    kind text not null,
    purpose text not null,
    body_sealed blob not null,
    our_address text,
    address_id blob,
    sender_id blob references senders (id),
    author_id blob references users (id),
    provider_account_id blob references provider_accounts (id),
    provider_ref text,
    client_message_id blob,
    state text,
    reason text,
    encoding text not null,
    segments integer not null,
    not_before timestamp,
    expires_at timestamp,
    created_at timestamp not null,
    sent_at timestamp,
    delivered_at timestamp
);
create index messages_of_conversation on messages (conversation_id, created_at, id);
-- One provider message is one row, however often it is delivered.
create unique index messages_by_provider_ref on messages (provider_account_id, provider_ref)
    where provider_ref is not null;
create unique index messages_by_client_id on messages (conversation_id, client_message_id)
    where client_message_id is not null;
create index messages_unknown on messages (created_at) where state = 'unknown';

create table reads (
    conversation_id blob not null references conversations (id),
    user_id blob not null references users (id),
    read_at timestamp not null,
    primary key (conversation_id, user_id)
);
