-- The roles that are shown 090-****-5678, as words with spaces between.
alter table organizations add column masked_roles text not null default 'auditor viewer';
