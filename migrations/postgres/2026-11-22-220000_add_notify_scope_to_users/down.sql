alter table users drop column notify_scope;
