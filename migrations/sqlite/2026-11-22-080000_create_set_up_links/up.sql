-- The links that lead into an empty house; gone once it is set up.
create table set_up_links (
    id blob primary key not null,
    token_hash blob not null unique,
    -- What the first pages were told; null until they were.
    papers_sealed blob,
    made_at timestamp not null
);
