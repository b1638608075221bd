alter table escalation_steps drop column tags;
alter table escalation_steps drop column words;
alter table escalation_steps drop column repeat_seconds;
alter table escalation_steps drop column urgent;
