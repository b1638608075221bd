-- What was done to a thing, and on a day; what somebody did has its index already.
create index audit_entries_of_object on audit_entries (object_id, seq);
create index audit_entries_by_time on audit_entries (at);
