create unique index appointments_once on appointments (slot_id);
drop index appointments_once_at_a_time;
