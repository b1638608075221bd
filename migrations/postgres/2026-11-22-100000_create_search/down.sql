drop table search_conversations;
drop table search_messages;
drop table search_inboxes;
drop table search_state;
