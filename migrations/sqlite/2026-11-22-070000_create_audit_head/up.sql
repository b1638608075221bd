-- One row: how many audit entries there are and the hash of the newest, vouched
-- for with a key that is not in the database.
create table audit_head (
    id integer primary key not null,
    entries bigint not null,
    hash blob not null,
    mac blob not null
);
