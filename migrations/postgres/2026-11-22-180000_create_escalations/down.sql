drop table mails;
drop table escalations;
drop table escalation_steps;
drop table escalation_policies;
