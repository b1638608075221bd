drop table contact_values;
drop table contact_fields;
