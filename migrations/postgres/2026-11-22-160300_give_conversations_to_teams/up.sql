-- Whose work a conversation is, whoever of them answers. What is not closed is
-- counted along the index.
alter table conversations add column team_id uuid references teams (id);
create index conversations_of_team on conversations (team_id, inbox_id, state)
    where team_id is not null;
