-- A slot whose booking ended may be booked again. A place is still given once at a time.
create unique index appointments_once_at_a_time on appointments (slot_id) where state = 'booked';
drop index appointments_once;
