-- Who was imported is seen by the people of an inbox before there is a conversation.
create table contact_inboxes (
    contact_id blob not null references contacts (id),
    inbox_id blob not null references inboxes (id),
    added_at timestamp not null,
    primary key (contact_id, inbox_id)
);
create index contact_inboxes_of_inbox on contact_inboxes (inbox_id, contact_id);
