drop index handoff_flows_by_name;
-- One that was taken away may share its name.
update handoff_flows set name = name || '-' || hex(id) where removed_at is not null;
create unique index handoff_flows_by_name on handoff_flows (name);
alter table handoff_flows drop column removed_at;
