-- What somebody has written in a conversation and not sent.
create table drafts (
    id blob primary key not null,
    conversation_id blob not null references conversations (id),
    user_id blob not null references users (id),
    is_note boolean not null,
    body_sealed blob not null,
    saved_at timestamp not null
);
create unique index drafts_one_each on drafts (conversation_id, user_id);
