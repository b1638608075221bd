-- The search index: made from the other tables and kept up by following the event
-- log, so it is in no backup and may be emptied at any time. A token is a keyed hash
-- of a piece of text. On SQLite the same is a file of its own.
create table search_state (
    id integer primary key check (id = 1),
    -- What tokens are made of; another number is another index.
    format integer not null,
    generation bigint not null,
    -- The newest event that is in the index, and its time.
    cursor bigint not null,
    cursor_at timestamp,
    -- The newest event when the index was begun.
    begun bigint not null,
    -- The next number for what is new, and for what is old.
    up bigint not null,
    down bigint not null,
    -- What of the old is being read, and down to where.
    stage integer not null,
    walk_at uuid not null
);

create table search_inboxes (
    number integer primary key,
    inbox_id uuid not null unique
);

-- The higher the number, the newer the message.
create table search_messages (
    number bigint primary key,
    message_id uuid not null,
    inbox integer not null,
    tokens integer[] not null
);
-- A long list of pending entries would be flushed inside somebody's write.
create index search_messages_by_token on search_messages
    using gin (tokens) with (gin_pending_list_limit = 256);

-- Conversations by their contact's name and numbers.
create table search_conversations (
    number bigint primary key,
    conversation_id uuid not null unique,
    inbox integer not null,
    fingerprint bigint not null,
    tokens integer[] not null
);
create index search_conversations_by_token on search_conversations
    using gin (tokens) with (gin_pending_list_limit = 256);
