-- How much a notification says, and whether it is heard.
alter table users add column notify text not null default 'name';
alter table users add column sound boolean not null default false;
