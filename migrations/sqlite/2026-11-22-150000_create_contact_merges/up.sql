-- Somebody with two numbers is two contacts, one merged into the other. Taking
-- the row away separates them again: no text is ever moved.
create table contact_merges (
    contact_id blob primary key not null references contacts (id),
    into_id blob not null references contacts (id),
    merged_by blob references users (id),
    merged_at timestamp not null
);
create index contact_merges_into on contact_merges (into_id);
-- The contact that stands for the person, where it is another one.
alter table contacts add column person_id blob;
-- What the person is called, where that is not this contact's own name.
alter table contacts add column person_name_sealed blob;
create index contacts_of_person on contacts (person_id) where person_id is not null;
