-- When somebody is not told of anything, by their own wish.
create table quiet_times (
    user_id blob primary key not null references users (id) on delete cascade,
    time_zone text not null,
    -- Minutes of the day; a night that ends before it begins ends on the next day.
    night_from integer,
    night_to integer,
    -- Weekdays it begins on, and weekdays that are kept whole: a bit each, Monday's
    -- the lowest.
    nights integer not null,
    days integer not null,
    paused_until timestamp
);
