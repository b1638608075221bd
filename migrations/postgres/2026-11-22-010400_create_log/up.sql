create table events (
    seq bigint primary key not null,
    kind text not null,
    inbox_id uuid,
    conversation_id uuid,
    message_id uuid,
    user_id uuid,
    at timestamp not null
);

-- Append-only; each hash covers the one before it.
create table audit_entries (
    seq bigint primary key not null,
    at timestamp not null,
    actor_kind text not null,
    actor_id uuid,
    action text not null,
    object_kind text not null,
    object_id uuid,
    detail text not null,
    origin_sealed bytea,
    previous_hash bytea not null,
    hash bytea not null
);
create index audit_entries_of_actor on audit_entries (actor_id, seq);
