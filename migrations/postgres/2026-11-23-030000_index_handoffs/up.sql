-- Reports count the calls of some days. The time stands first: behind a menu, or a
-- result, it would be as good a way as by the caller to whoever asks what they were
-- sent lately, and SQLite would take either.
create index handoffs_by_time on handoffs (created_at, flow_id);
-- What led to no text is forgotten, the oldest first.
create index handoffs_without_text on handoffs (created_at) where result <> 'accepted';
