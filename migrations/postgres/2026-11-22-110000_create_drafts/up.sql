-- What somebody has written in a conversation and not sent.
create table drafts (
    id uuid primary key not null,
    conversation_id uuid not null references conversations (id),
    user_id uuid not null references users (id),
    is_note boolean not null,
    body_sealed bytea not null,
    saved_at timestamp not null
);
create unique index drafts_one_each on drafts (conversation_id, user_id);
