drop trigger conversations_counted;
drop trigger conversations_recounted;
drop trigger conversations_discounted;
drop table inbox_counts;
alter table reads drop column inbound_read;
alter table conversations drop column inbound_texts;
