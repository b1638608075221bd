-- A slot whose booking ended may be booked again; a place is still given once at a time.
drop index appointments_once;
create unique index appointments_once on appointments (slot_id) where state = 'booked';
