create table events (
    seq integer primary key not null,
    kind text not null,
    inbox_id blob,
    conversation_id blob,
    message_id blob,
    user_id blob,
    at timestamp not null
);

-- Append-only; each hash covers the one before it.
create table audit_entries (
    seq integer primary key not null,
    at timestamp not null,
    actor_kind text not null,
    actor_id blob,
    action text not null,
    object_kind text not null,
    object_id blob,
    detail text not null,
    origin_sealed blob,
    previous_hash blob not null,
    hash blob not null
);
create index audit_entries_of_actor on audit_entries (actor_id, seq);
