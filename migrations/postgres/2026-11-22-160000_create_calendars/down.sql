alter table inboxes drop column calendar_id;
drop table calendar_days;
drop table calendars;
