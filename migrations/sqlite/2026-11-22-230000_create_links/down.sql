drop table link_opens;
drop table links;
drop table link_hosts;
