-- What closing took from the conversation, for whoever takes it back at once.
alter table cases add column waited_since timestamp;
alter table cases add column was_snoozed_until timestamp;
