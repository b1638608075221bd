-- That a text of ours is a rule's and nobody's.
alter table messages add column automatic boolean not null default false;
