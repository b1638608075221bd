-- What the tabs count: the closed ones of a team only ever become more.
create index conversations_open_of_team on conversations (team_id, inbox_id)
    where team_id is not null and state = 'open';
