-- What a text that was begun is for; without one it answers a person.
alter table drafts add column purpose text;
