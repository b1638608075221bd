-- The house's own key for push services, made when it is first wanted.
create table push_keys (
    id integer primary key not null,
    private_sealed blob not null,
    created_at timestamp not null
);

-- Browsers that are told of new texts while none of their tabs is open; for as long
-- as somebody is signed in there. One without an endpoint was removed from afar and
-- does not come back by itself.
create table push_subscriptions (
    session_id blob primary key not null references sessions (id) on delete cascade,
    endpoint_sealed blob,
    keys_sealed blob,
    created_at timestamp not null
);

-- What is to be told, once a browser and text. What it says is not kept: it is put
-- together when it leaves.
create table pushes (
    session_id blob not null references push_subscriptions (session_id) on delete cascade,
    message_id blob not null references messages (id) on delete cascade,
    conversation_id blob not null references conversations (id) on delete cascade,
    tries integer not null,
    -- When it is tried next, or given up by whoever tries it now; null once settled.
    due_at timestamp,
    expires_at timestamp not null,
    primary key (session_id, message_id)
);
create index pushes_due on pushes (due_at) where due_at is not null;
create index pushes_of_message on pushes (message_id);

-- How far the log has been looked through for news.
create table push_cursors (
    id integer primary key not null,
    seq bigint not null
);
