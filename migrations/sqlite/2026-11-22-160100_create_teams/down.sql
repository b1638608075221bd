drop table team_inboxes;
drop table team_members;
drop table teams;
