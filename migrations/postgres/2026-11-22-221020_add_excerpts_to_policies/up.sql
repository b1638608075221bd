-- What of a text stands in a mail: none of it, or its beginning, masked.
alter table escalation_policies add column excerpt text not null default 'none';
