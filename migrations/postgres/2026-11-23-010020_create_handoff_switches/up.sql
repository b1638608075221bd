-- Who last said whether everybody is busy, and when: a person, a program, or neither.
create table handoff_switches (
    flow_id uuid primary key not null references handoff_flows (id),
    user_id uuid references users (id),
    api_token_id uuid references api_tokens (id),
    switched_at timestamp not null
);
