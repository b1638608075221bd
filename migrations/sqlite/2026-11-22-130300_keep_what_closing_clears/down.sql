alter table cases drop column waited_since;
alter table cases drop column was_snoozed_until;
