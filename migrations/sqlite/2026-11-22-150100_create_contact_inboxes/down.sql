drop table contact_inboxes;
