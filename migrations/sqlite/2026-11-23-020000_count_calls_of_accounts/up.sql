-- A call comes by a telephone exchange that asks us, or by a provider that we tell
-- what to say: each row has one of the two. What a call is known by holds which.
create table handoffs_of_either (
    id blob primary key not null,
    flow_id blob not null references handoff_flows (id),
    api_token_id blob references api_tokens (id),
    provider_account_id blob references provider_accounts (id),
    -- Keyed hashes: neither the call's name nor the caller's number stands here.
    call_index blob not null,
    caller_index blob not null,
    digit text not null,
    turn integer not null,
    topic_sealed blob not null,
    language text not null,
    -- Somebody typed the number: nobody has proved that it is theirs.
    typed boolean not null,
    result text not null,
    reason text,
    suggests_operator boolean not null,
    conversation_id blob references conversations (id),
    message_id blob references messages (id),
    team_id blob references teams (id),
    called_at timestamp not null,
    returns_until timestamp not null,
    created_at timestamp not null
);
insert into handoffs_of_either (
        id, flow_id, api_token_id, call_index, caller_index, digit, turn, topic_sealed, language, typed,
        result, reason, suggests_operator, conversation_id, message_id, team_id, called_at,
        returns_until, created_at)
    select id, flow_id, api_token_id, call_index, caller_index, digit, turn, topic_sealed, language, typed,
        result, reason, suggests_operator, conversation_id, message_id, team_id, called_at,
        returns_until, created_at
    from handoffs;
drop table handoffs;
alter table handoffs_of_either rename to handoffs;
create unique index handoffs_once on handoffs (call_index, digit, turn);
create index handoffs_by_caller on handoffs (caller_index, created_at);
create index handoffs_by_trunk on handoffs (api_token_id, created_at);
create index handoffs_by_account on handoffs (provider_account_id, created_at);
create index handoffs_by_conversation on handoffs (conversation_id, created_at);
create index handoffs_by_message on handoffs (message_id);
