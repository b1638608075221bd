delete from escalations where turn > 0;
alter table escalations drop constraint escalations_pkey;
alter table escalations add primary key (conversation_id, since, position);
alter table escalations drop column turn;
