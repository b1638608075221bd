-- Pages that a text may lead to, by the name that is written in the text: {url:name}.
create table link_destinations (
    id blob primary key not null,
    name text not null,
    url_sealed blob not null,
    -- How long a link there is good, from when its text leaves.
    days integer not null,
    created_at timestamp not null
);
create unique index link_destinations_by_name on link_destinations (name);
