alter table escalation_policies drop column excerpt;
