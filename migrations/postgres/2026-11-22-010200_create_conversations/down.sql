drop table reads;
drop table messages;
drop table cases;
drop table conversations;
drop table opt_outs;
drop table contact_addresses;
drop table contacts;
