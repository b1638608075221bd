-- What each person is to be told of a wait. A step makes them; they wait for a mail,
-- which may tell of several.
create table nudges (
    id blob primary key not null,
    conversation_id blob not null references conversations (id),
    source text not null,
    since timestamp not null,
    -- The turn of the step that it is about.
    position integer not null,
    turn integer not null,
    kind text not null,
    urgent boolean not null,
    -- Nobody for an address that is no user's.
    user_id blob references users (id),
    to_sealed blob not null,
    -- By which an address is known without being read.
    to_index blob not null,
    created_at timestamp not null,
    -- When it may go next; null once it has gone, or need not go.
    due_at timestamp,
    -- What it waits for.
    why text,
    -- Since when it waits for somebody who looks at the conversation.
    looking_since timestamp,
    mail_id blob references mails (id) on delete cascade,
    posted_at timestamp
);
create index nudges_due on nudges (due_at) where due_at is not null;
create index nudges_to on nudges (to_index, posted_at);
create index nudges_by_conversation on nudges (conversation_id, since);
create index nudges_by_mail on nudges (mail_id);
