drop index appointments_once;
create index appointments_once on appointments (slot_id);
