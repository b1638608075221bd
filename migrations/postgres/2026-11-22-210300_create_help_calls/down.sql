drop table help_calls;
