drop index messages_until_reply;
alter table messages drop column until_reply;
