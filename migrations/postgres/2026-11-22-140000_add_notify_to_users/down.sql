alter table users drop column sound;
alter table users drop column notify;
