-- Programs of others that are told what happens.
create table webhooks (
    id blob primary key not null,
    url_sealed blob not null,
    secret_sealed blob not null,
    -- Signs beside the new one until then, so that nobody has to change both ends at once.
    old_secret_sealed blob,
    old_until timestamp,
    -- Words of events, divided by spaces.
    kinds text not null,
    -- Null for all inboxes.
    inbox_id blob references inboxes (id),
    -- How far the log has been looked through for it.
    seq bigint not null,
    -- Why nothing leaves for it; null while it is on.
    pause text,
    created_at timestamp not null
);

-- What is to be told to one of them: ids of an event, never what they stand for.
create table webhook_deliveries (
    id blob primary key not null,
    webhook_id blob not null references webhooks (id) on delete cascade,
    -- The number of the event; null for a trial.
    seq bigint,
    kind text not null,
    happened_at timestamp not null,
    inbox_id blob,
    conversation_id blob,
    message_id blob,
    offer_id blob,
    state text not null,
    tries integer not null,
    -- When it is tried next, or given up by whoever tries it now; null once settled.
    due_at timestamp,
    failure text,
    status integer,
    created_at timestamp not null,
    settled_at timestamp
);
create unique index webhook_deliveries_once on webhook_deliveries (webhook_id, seq);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at) where due_at is not null;
create index webhook_deliveries_settled on webhook_deliveries (settled_at) where settled_at is not null;
