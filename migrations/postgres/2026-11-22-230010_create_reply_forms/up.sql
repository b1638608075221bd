-- Pages that one text may be typed into, for contacts of a number that takes no
-- replies. Of the token only a keyed hash is kept.
create table reply_forms (
    id uuid primary key not null,
    token_hash bytea not null,
    conversation_id uuid not null references conversations (id),
    created_at timestamp not null,
    expires_at timestamp not null,
    -- The text that was typed.
    message_id uuid references messages (id),
    used_at timestamp
);
create unique index reply_forms_by_token on reply_forms (token_hash);
create index reply_forms_by_message on reply_forms (message_id);
