-- Where applicants come from, as the house calls it: reports are grouped by it.
create table application_media (
    id blob primary key not null,
    name text not null,
    name_key text not null unique
);

-- Job boards and applicant systems that send applications, each with a secret.
create table application_sources (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    name text not null,
    token_hash blob not null unique,
    token_sealed blob not null,
    secret_sealed blob not null,
    created_at timestamp not null,
    removed_at timestamp
);

-- A contact who applied for a job.
create table applications (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    contact_id blob not null references contacts (id),
    -- Keyed: the name that its source knows the application by.
    external_index blob unique,
    external_id_sealed blob,
    job_sealed blob,
    medium_id blob references application_media (id),
    recruiter_id blob references users (id),
    step text not null,
    applied_at timestamp not null,
    created_at timestamp not null
);
create index applications_of on applications (contact_id, inbox_id, applied_at);
create index applications_by_time on applications (inbox_id, applied_at);
create index applications_by_step on applications (inbox_id, step, applied_at);

-- What became of it, one row for each step that it was moved to; none is ever changed.
create table application_moves (
    id blob primary key not null,
    application_id blob not null references applications (id),
    step text not null,
    cause text not null,
    user_id blob references users (id),
    at timestamp not null
);
create index application_moves_of on application_moves (application_id, at);

-- Webhooks that were taken: one that comes again gets the same answer.
create table application_deliveries (
    source_id blob not null references application_sources (id),
    delivery_index blob not null,
    application_id blob not null references applications (id),
    created_at timestamp not null,
    primary key (source_id, delivery_index)
);
create index application_deliveries_at on application_deliveries (created_at);
