-- Words of the organisation that conversations are sorted by. One that is no
-- longer in use stays where it was put.
create table tags (
    id uuid primary key not null,
    name text not null,
    colour text not null,
    position integer not null,
    created_at timestamp not null,
    retired_at timestamp
);
create unique index tags_by_name on tags (name);

create table conversation_tags (
    conversation_id uuid not null references conversations (id),
    tag_id uuid not null references tags (id),
    tagged_by uuid references users (id),
    tagged_at timestamp not null,
    primary key (conversation_id, tag_id)
);
create index conversation_tags_of_tag on conversation_tags (tag_id, conversation_id);
