alter table organizations drop column masked_roles;
