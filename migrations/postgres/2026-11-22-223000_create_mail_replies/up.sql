-- Inboxes whose mails may be answered by mail.
create table reply_inboxes (
    inbox_id uuid primary key not null references inboxes (id),
    since timestamp not null
);

-- Addresses that such answers go to: each for one conversation, one user, once.
create table reply_addresses (
    id uuid primary key not null,
    conversation_id uuid not null references conversations (id),
    user_id uuid not null references users (id),
    -- What the user had been told of; texts of others after it stop the answer.
    seen_seq bigint not null,
    created_at timestamp not null,
    expires_at timestamp not null,
    -- The mail that was taken, by a keyed hash of its name, and the text it became.
    mail_hash bytea,
    message_id uuid references messages (id),
    used_at timestamp
);
create index reply_addresses_by_end on reply_addresses (expires_at);

-- Mails that were not taken, and why. Nothing of what they said is kept.
create table refused_replies (
    id uuid primary key not null,
    mail_hash bytea not null,
    reason text not null,
    -- None where nobody knows whose it is.
    conversation_id uuid references conversations (id),
    user_id uuid references users (id),
    -- The mail that explains it.
    mail_id uuid,
    created_at timestamp not null
);
create unique index refused_replies_once on refused_replies (mail_hash);
create index refused_replies_by_time on refused_replies (created_at);
