alter table users add column last_seen_at timestamp;
