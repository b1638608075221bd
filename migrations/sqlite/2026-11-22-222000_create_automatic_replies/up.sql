-- What an inbox answers by itself: rules in their order, and how long nobody gets a
-- second answer of them.
create table automatic_policies (
    inbox_id blob primary key not null references inboxes (id),
    pause_seconds bigint not null
);

create table automatic_rules (
    inbox_id blob not null references automatic_policies (inbox_id),
    position integer not null,
    occasion text not null,
    matching text not null,
    words text,
    body_sealed blob not null,
    primary key (inbox_id, position)
);
