drop table handoff_switches;
