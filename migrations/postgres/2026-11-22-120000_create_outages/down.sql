drop table outages;
alter table organizations drop column alive_at;
