-- For how long after a mail to somebody others are gathered into the next.
alter table escalation_policies add column window_seconds bigint not null default 300;
