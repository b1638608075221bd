drop table push_cursors;
drop table pushes;
drop table push_subscriptions;
drop table push_keys;
