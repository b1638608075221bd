drop table set_up_links;
