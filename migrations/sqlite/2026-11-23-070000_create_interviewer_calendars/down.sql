drop table interviewer_busy;
drop table interviewer_calendars;
