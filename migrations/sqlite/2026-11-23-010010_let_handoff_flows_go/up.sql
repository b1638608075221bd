-- A menu that was taken away: what was pressed in it is still told by its name, which
-- another may have by then.
alter table handoff_flows add column removed_at timestamp;
drop index handoff_flows_by_name;
create unique index handoff_flows_by_name on handoff_flows (name) where removed_at is null;
