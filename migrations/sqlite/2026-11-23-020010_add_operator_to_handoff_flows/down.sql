alter table handoff_flows drop column operator;
