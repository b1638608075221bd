drop table reply_forms;
