alter table automatic_policies drop column mail_since;
alter table mails drop column message_id;
alter table messages drop column mailed;
