-- When an inbox writes to candidates by itself. One without a row goes by the usual
-- hours. Null in a column is "not at all".
create table interview_policies (
    inbox_id blob primary key not null references inboxes (id),
    eve_hour integer,
    morning_hour integer,
    from_hour integer not null,
    until_hour integer not null,
    follow_up_hours integer,
    call_hours integer not null
);
