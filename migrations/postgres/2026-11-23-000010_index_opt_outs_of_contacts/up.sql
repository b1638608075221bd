-- Asked before each text that leaves.
create index opt_outs_of_contact on opt_outs (contact_id) where ended_at is null;
