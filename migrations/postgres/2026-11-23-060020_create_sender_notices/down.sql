alter table organizations drop column inquiries;
drop table sender_notices;
