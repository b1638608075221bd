-- A text that did not arrive as an SMS goes out as a mail: what became of that, which
-- mail it is, and since when an inbox does it by itself.
alter table messages add column mailed text;
alter table mails add column message_id blob;
alter table automatic_policies add column mail_since timestamp;
