-- A step may count at all hours, come again, and be about some words or tags.
alter table escalation_steps add column urgent boolean not null default false;
alter table escalation_steps add column repeat_seconds bigint;
-- The organisation's words, one a line.
alter table escalation_steps add column words text;
-- Ids, one a line.
alter table escalation_steps add column tags text;
