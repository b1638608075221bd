alter index search_messages_by_token reset (fastupdate);
alter index search_conversations_by_token reset (fastupdate);
