-- Pending entries are read through by every search, and the index follows the log
-- beside the writers: nobody waits for its inserts.
alter index search_messages_by_token set (fastupdate = off);
alter index search_conversations_by_token set (fastupdate = off);
select gin_clean_pending_list('search_messages_by_token'), gin_clean_pending_list('search_conversations_by_token');
