drop table handoff_sayings;
drop table handoff_options;
drop table handoff_flows;
