drop index appointment_offers_by_page;
alter table appointment_offers drop column page_sealed;
alter table appointment_offers drop column page_hash;
