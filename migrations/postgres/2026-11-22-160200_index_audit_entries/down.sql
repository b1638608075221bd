drop index audit_entries_by_time;
drop index audit_entries_of_object;
