-- When it was known that a text of ours had not arrived.
alter table messages add column failed_at timestamp;
create index messages_failed on messages (failed_at) where failed_at is not null;
