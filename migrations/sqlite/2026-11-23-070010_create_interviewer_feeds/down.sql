drop table interviewer_feeds;
