-- Of which conversations somebody is told.
alter table users add column notify_scope text not null default 'ours';
