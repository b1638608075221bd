-- Groups of users. What a team's inboxes hold, its members see. Names are the
-- organisation's own words and stand in clear.
create table teams (
    id uuid primary key not null,
    name text not null,
    created_at timestamp not null
);
create unique index teams_by_name on teams (name);

create table team_members (
    team_id uuid not null references teams (id),
    user_id uuid not null references users (id),
    primary key (team_id, user_id)
);
create index team_members_of_user on team_members (user_id);

create table team_inboxes (
    team_id uuid not null references teams (id),
    inbox_id uuid not null references inboxes (id),
    primary key (team_id, inbox_id)
);
create index team_inboxes_of_inbox on team_inboxes (inbox_id);
