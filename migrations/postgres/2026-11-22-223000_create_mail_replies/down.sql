drop table refused_replies;
drop table reply_addresses;
drop table reply_inboxes;
