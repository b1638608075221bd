drop index conversations_of_team;
alter table conversations drop column team_id;
