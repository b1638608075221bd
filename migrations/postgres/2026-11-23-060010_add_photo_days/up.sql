-- How long pictures of contacts are kept. 90 days is what peers keep a call's text
-- report for: a picture is looked at while its case is open.
alter table organizations add column photo_days integer not null default 90;
