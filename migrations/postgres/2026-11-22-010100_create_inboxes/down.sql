drop table senders;
drop table provider_accounts;
drop table memberships;
drop table inboxes;
