drop table conversation_tags;
drop table tags;
