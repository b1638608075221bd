alter table escalation_policies drop column window_seconds;
