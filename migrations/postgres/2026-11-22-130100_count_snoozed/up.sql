-- Snoozed conversations have a number too; the others are kept as before.
alter table inbox_counts add column snoozed integer not null default 0;

insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed)
select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), 0, 0, count(*)
from conversations where state = 'snoozed' group by 1, 2
on conflict (inbox_id, assignee_id) do update set snoozed = excluded.snoozed;

create or replace function conversations_counted() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed)
        select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
            count(*) filter (where state = 'open'),
            count(waiting_since) filter (where state = 'open'),
            count(*) filter (where state = 'snoozed')
        from added where state <> 'closed' group by 1, 2
        on conflict (inbox_id, assignee_id) do update set
            open = inbox_counts.open + excluded.open,
            waiting = inbox_counts.waiting + excluded.waiting,
            snoozed = inbox_counts.snoozed + excluded.snoozed;
    elsif tg_op = 'DELETE' then
        update inbox_counts set open = open - gone.open, waiting = waiting - gone.waiting,
            snoozed = snoozed - gone.snoozed
        from (
            select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000') as assignee_id,
                count(*) filter (where state = 'open') as open,
                count(waiting_since) filter (where state = 'open') as waiting,
                count(*) filter (where state = 'snoozed') as snoozed
            from removed where state <> 'closed' group by 1, 2
        ) as gone
        where inbox_counts.inbox_id = gone.inbox_id and inbox_counts.assignee_id = gone.assignee_id;
    else
        insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed)
        select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
            sum(open), sum(waiting), sum(snoozed)
        from (
            select inbox_id, assignee_id, (state = 'open')::integer as open,
                (state = 'open' and waiting_since is not null)::integer as waiting,
                (state = 'snoozed')::integer as snoozed
            from added where state <> 'closed'
            union all
            select inbox_id, assignee_id, -(state = 'open')::integer,
                -(state = 'open' and waiting_since is not null)::integer,
                -(state = 'snoozed')::integer
            from removed where state <> 'closed'
        ) as changed
        group by 1, 2
        having sum(open) <> 0 or sum(waiting) <> 0 or sum(snoozed) <> 0
        on conflict (inbox_id, assignee_id) do update set
            open = inbox_counts.open + excluded.open,
            waiting = inbox_counts.waiting + excluded.waiting,
            snoozed = inbox_counts.snoozed + excluded.snoozed;
    end if;
    return null;
end $$;
