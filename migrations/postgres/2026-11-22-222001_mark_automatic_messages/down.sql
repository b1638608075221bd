alter table messages drop column automatic;
