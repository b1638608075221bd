-- An agent asked for help, and has not got it yet.
create table help_calls (
    conversation_id blob primary key not null references conversations (id),
    since timestamp not null,
    -- None where a program asked.
    user_id blob references users (id)
);
create index help_calls_by_since on help_calls (since);
