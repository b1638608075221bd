-- Texts that are taken back when the contact writes first. The index holds those
-- alone, so that looking for them costs an arriving text next to nothing.
alter table messages add column until_reply boolean not null default false;
create index messages_until_reply on messages (conversation_id) where until_reply;
