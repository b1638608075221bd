-- Whom a note calls by name, and whether they have looked since.
create table mentions (
    message_id blob not null references messages (id),
    user_id blob not null references users (id),
    conversation_id blob not null references conversations (id),
    mentioned_at timestamp not null,
    seen_at timestamp,
    primary key (message_id, user_id)
);
create index mentions_of_user on mentions (user_id, conversation_id);
create index mentions_in_conversation on mentions (conversation_id);
create index mentions_unseen on mentions (user_id, conversation_id) where seen_at is null;
