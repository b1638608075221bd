create or replace function conversations_counted() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into inbox_counts
        select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
            count(*), count(waiting_since)
        from added where state = 'open' group by 1, 2
        on conflict (inbox_id, assignee_id) do update set
            open = inbox_counts.open + excluded.open,
            waiting = inbox_counts.waiting + excluded.waiting;
    elsif tg_op = 'DELETE' then
        update inbox_counts set open = open - gone.open, waiting = waiting - gone.waiting
        from (
            select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000') as assignee_id,
                count(*) as open, count(waiting_since) as waiting
            from removed where state = 'open' group by 1, 2
        ) as gone
        where inbox_counts.inbox_id = gone.inbox_id and inbox_counts.assignee_id = gone.assignee_id;
    else
        insert into inbox_counts
        select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
            sum(by), sum(case when waiting_since is null then 0 else by end)
        from (
            select inbox_id, assignee_id, waiting_since, 1 as by from added where state = 'open'
            union all
            select inbox_id, assignee_id, waiting_since, -1 from removed where state = 'open'
        ) as changed
        group by 1, 2
        having sum(by) <> 0 or sum(case when waiting_since is null then 0 else by end) <> 0
        on conflict (inbox_id, assignee_id) do update set
            open = inbox_counts.open + excluded.open,
            waiting = inbox_counts.waiting + excluded.waiting;
    end if;
    return null;
end $$;

alter table inbox_counts drop column snoozed;
