alter table appointments drop column event_id;
