-- What the organisation keeps of its customers, in its own words. A field that is
-- no longer in use keeps its values.
create table contact_fields (
    id uuid primary key not null,
    name text not null,
    kind text not null,
    choices text not null,
    position integer not null,
    created_at timestamp not null,
    archived_at timestamp
);
create unique index contact_fields_by_name on contact_fields (name);

-- Sealed with the contact's key. An empty value is one that was taken away from a
-- person who is several contacts.
create table contact_values (
    id uuid primary key not null,
    contact_id uuid not null references contacts (id),
    field_id uuid not null references contact_fields (id),
    value_sealed bytea not null,
    changed_at timestamp not null
);
create unique index contact_values_of_contact on contact_values (contact_id, field_id);
