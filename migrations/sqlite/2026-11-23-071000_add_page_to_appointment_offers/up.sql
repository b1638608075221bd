-- Where the candidate may answer by tapping, for offers whose text says so: the address,
-- sealed, and a keyed hash of what it ends with.
alter table appointment_offers add column page_hash blob;
alter table appointment_offers add column page_sealed blob;
create unique index appointment_offers_by_page on appointment_offers (page_hash);
