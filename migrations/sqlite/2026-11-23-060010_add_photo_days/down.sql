alter table organizations drop column photo_days;
