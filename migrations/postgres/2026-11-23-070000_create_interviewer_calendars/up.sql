-- Calendars of interviewers, kept elsewhere: when they are busy is read from them.
create table interviewer_calendars (
    id uuid primary key not null,
    interviewer_id uuid not null references interviewers (id),
    -- A secret address, or a collection on a CalDAV server with a name and a password.
    kind text not null,
    url_sealed bytea not null,
    user_sealed bytea,
    password_sealed bytea,
    -- Which version was read last, in its server's words.
    etag text,
    modified text,
    -- When all of it was read last, and when it was last known to be as it was read.
    whole_at timestamp,
    fetched_at timestamp,
    tried_at timestamp,
    due_at timestamp not null,
    -- Counts tries: what one came to is settled under its number.
    tries integer not null,
    -- Tries that failed since it was fetched, and why the last did.
    failures integer not null,
    error text,
    -- Events that could not be read.
    unread integer not null,
    created_at timestamp not null
);
create index interviewer_calendars_of on interviewer_calendars (interviewer_id);
create index interviewer_calendars_due on interviewer_calendars (due_at);

-- When an interviewer is busy by such a calendar. Nothing else of it is kept.
create table interviewer_busy (
    calendar_id uuid not null references interviewer_calendars (id),
    starts_at timestamp not null,
    ends_at timestamp not null,
    primary key (calendar_id, starts_at)
);
