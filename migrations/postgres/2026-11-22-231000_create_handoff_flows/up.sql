-- Phone menus: which key leads to which text, and what the voice says meanwhile.
create table handoff_flows (
    id uuid primary key not null,
    name text not null,
    inbox_id uuid not null references inboxes (id),
    -- The number that is called, as people read it.
    called text,
    calendar_id uuid references calendars (id),
    duplicate_seconds bigint not null,
    return_seconds bigint not null,
    foreign_numbers boolean not null,
    overflow text not null,
    -- While it is open, everybody is busy.
    busy_calendar_id uuid references calendars (id),
    general_sealed bytea,
    closed_sealed bytea,
    overflow_sealed bytea,
    overflow_url_sealed bytea,
    created_at timestamp not null
);
create unique index handoff_flows_by_name on handoff_flows (name);

create table handoff_options (
    flow_id uuid not null references handoff_flows (id),
    digit text not null,
    position integer not null,
    topic text not null,
    body_sealed bytea not null,
    url_sealed bytea,
    team_id uuid references teams (id),
    purpose text not null,
    language text,
    primary key (flow_id, digit)
);

create table handoff_sayings (
    flow_id uuid not null references handoff_flows (id),
    speech text not null,
    language text not null,
    text_sealed bytea not null,
    primary key (flow_id, speech, language)
);
