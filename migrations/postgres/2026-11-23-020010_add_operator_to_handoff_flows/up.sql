-- Where callers are put through to who had better talk to a person: a number of ours.
alter table handoff_flows add column operator text;
