-- Calls that a menu was said to, whether a key was pressed or none: those with one stand
-- in handoffs under the same keyed hash.
create table menu_calls (
    flow_id blob not null references handoff_flows (id),
    call_index blob not null,
    created_at timestamp not null,
    primary key (flow_id, call_index)
);
create index menu_calls_by_time on menu_calls (created_at);
