-- Who last said whether everybody is busy, and when: a person, a program, or neither.
create table handoff_switches (
    flow_id blob primary key not null references handoff_flows (id),
    user_id blob references users (id),
    api_token_id blob references api_tokens (id),
    switched_at timestamp not null
);
