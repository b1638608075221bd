drop index contacts_of_person;
alter table contacts drop column person_name_sealed;
alter table contacts drop column person_id;
drop table contact_merges;
