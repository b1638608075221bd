drop index messages_failed;
alter table messages drop column failed_at;
