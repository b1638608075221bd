drop table menu_calls;
