-- The appointment whose event in calendars this one goes on with, where a time was moved:
-- without one it is an event of its own.
alter table appointments add column event_id uuid;
