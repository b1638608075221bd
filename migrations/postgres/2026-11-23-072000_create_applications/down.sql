drop table application_deliveries;
drop table application_moves;
drop table applications;
drop table application_sources;
drop table application_media;
