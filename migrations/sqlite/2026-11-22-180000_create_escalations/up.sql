-- When somebody who waits in an inbox becomes an e-mail. A wait is known by its
-- conversation and by when its oldest unanswered text came.
create table escalation_policies (
    inbox_id blob primary key not null references inboxes (id),
    -- Counts at all hours, not only while the inbox is open.
    always boolean not null,
    -- What was late already by then is not told of.
    changed_at timestamp not null
);

create table escalation_steps (
    inbox_id blob not null references escalation_policies (inbox_id),
    position integer not null,
    kind text not null,
    after_seconds bigint not null,
    -- Addresses are somebody's.
    recipients_sealed blob not null,
    primary key (inbox_id, position)
);

-- Steps that were taken, or passed over (without mails): each once a wait, whatever
-- happens to whoever takes it.
create table escalations (
    conversation_id blob not null references conversations (id),
    since timestamp not null,
    position integer not null,
    fired_at timestamp not null,
    mails integer not null,
    primary key (conversation_id, since, position)
);

-- Mails on their way out.
create table mails (
    id blob primary key not null,
    conversation_id blob references conversations (id),
    to_sealed blob not null,
    message_sealed blob not null,
    state text not null,
    tries integer not null,
    -- When it is tried next, or given up by whoever tries it now.
    due_at timestamp,
    failure text,
    created_at timestamp not null,
    settled_at timestamp
);
create index mails_due on mails (due_at) where due_at is not null;
create index mails_by_state on mails (state, id);
