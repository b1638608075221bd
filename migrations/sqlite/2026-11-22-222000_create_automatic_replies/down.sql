drop table automatic_rules;
drop table automatic_policies;
