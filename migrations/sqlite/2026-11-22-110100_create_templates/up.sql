-- Texts that are written often, with places for names; of one inbox, or of all.
create table templates (
    id blob primary key not null,
    inbox_id blob references inboxes (id),
    name text not null,
    shortcut text not null,
    locale text not null,
    body_sealed blob not null,
    created_at timestamp not null
);
