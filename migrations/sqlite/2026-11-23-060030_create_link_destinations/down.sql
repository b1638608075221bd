drop table link_destinations;
