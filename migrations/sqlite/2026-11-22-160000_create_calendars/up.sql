-- When inboxes are open. Hours stand as people write them, '09:00-12:00 13:00-18:00';
-- those of a week from Monday, divided by semicolons. Names are the organisation's own
-- words and stand in clear.
create table calendars (
    id blob primary key not null,
    name text not null,
    time_zone text not null,
    week text not null,
    keeps_holidays boolean not null,
    created_at timestamp not null
);
create unique index calendars_by_name on calendars (name);

-- Days with hours of their own; without any, closed.
create table calendar_days (
    calendar_id blob not null references calendars (id),
    day text not null,
    name text not null,
    hours text not null,
    primary key (calendar_id, day)
);

-- Without one, an inbox is open at all hours.
alter table inboxes add column calendar_id blob references calendars (id);
