-- When the house last took webhooks, and since when it had not: texts of such a
-- time are fetched from the provider's list, where it keeps one.
alter table organizations add column alive_at timestamp;
create table outages (
    id blob primary key not null,
    began_at timestamp not null,
    ended_at timestamp not null
);
create index outages_ended_at on outages (ended_at);
