-- Hosts that links of ours may lead to.
create table link_hosts (
    host text primary key not null,
    added_at timestamp not null
);

-- Links of ours, each for one contact. Of the token only a keyed hash is kept.
create table links (
    id uuid primary key not null,
    token_hash bytea not null,
    conversation_id uuid not null references conversations (id),
    -- The text that carries it; none until that is written.
    message_id uuid references messages (id),
    destination_sealed bytea not null,
    created_at timestamp not null,
    expires_at timestamp not null,
    -- When a person first went on.
    opened_at timestamp
);
create unique index links_by_token on links (token_hash);
create index links_by_message on links (message_id);

-- Each time a person went on. From where is not kept.
create table link_opens (
    link_id uuid not null references links (id),
    opened_at timestamp not null,
    primary key (link_id, opened_at)
);
