-- What contacts have agreed to and taken back: each once, none changed afterwards. The
-- wording is sealed with the contact's key.
create table consents (
    id blob primary key not null,
    contact_id blob not null references contacts (id),
    purpose text not null,
    decision text not null,
    source text not null,
    wording_sealed blob,
    actor_id blob,
    -- When the contact said so, and when we wrote it down.
    said_at timestamp not null,
    recorded_at timestamp not null
);
create index consents_of_contact on consents (contact_id, purpose);
