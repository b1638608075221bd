-- Somebody with two numbers is two contacts, one merged into the other. Taking
-- the row away separates them again: no text is ever moved.
create table contact_merges (
    contact_id uuid primary key not null references contacts (id),
    into_id uuid not null references contacts (id),
    merged_by uuid references users (id),
    merged_at timestamp not null
);
create index contact_merges_into on contact_merges (into_id);
-- The contact that stands for the person, where it is another one.
alter table contacts add column person_id uuid;
-- What the person is called, where that is not this contact's own name.
alter table contacts add column person_name_sealed bytea;
create index contacts_of_person on contacts (person_id) where person_id is not null;
