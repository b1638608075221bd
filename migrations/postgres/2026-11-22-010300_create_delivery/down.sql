drop table quarantine;
drop table receipts;
drop table attempts;
drop table outbox;
