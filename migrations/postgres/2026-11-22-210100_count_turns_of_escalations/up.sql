-- A step that comes again has several turns in a wait, each of them once.
alter table escalations add column turn integer not null default 0;
alter table escalations drop constraint escalations_pkey;
alter table escalations add primary key (conversation_id, since, position, turn);
