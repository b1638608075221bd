drop trigger conversations_counted on conversations;
drop trigger conversations_recounted on conversations;
drop trigger conversations_discounted on conversations;
drop function conversations_counted();
drop table inbox_counts;
alter table reads drop column inbound_read;
alter table conversations drop column inbound_texts;
