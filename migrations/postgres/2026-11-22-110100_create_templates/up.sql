-- Texts that are written often, with places for names; of one inbox, or of all.
create table templates (
    id uuid primary key not null,
    inbox_id uuid references inboxes (id),
    name text not null,
    shortcut text not null,
    locale text not null,
    body_sealed bytea not null,
    created_at timestamp not null
);
