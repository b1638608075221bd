-- Unread is what the contact has sent less what the user had seen of it: a
-- subtraction in a row that is read anyway, however long the conversation.
alter table conversations add column inbound_texts integer not null default 0;
alter table reads add column inbound_read integer not null default 0;
update conversations set inbound_texts = (
    select count(*) from messages
    where messages.conversation_id = conversations.id and messages.direction = 'inbound'
);
update reads set inbound_read = (
    select count(*) from messages
    where messages.conversation_id = reads.conversation_id and messages.direction = 'inbound'
        and messages.created_at <= reads.read_at
);

-- Open conversations by inbox and assignee (zeros for nobody), kept by the
-- database itself: a tab's number costs the same with a hundred and a million.
create table inbox_counts (
    inbox_id uuid not null references inboxes (id),
    assignee_id uuid not null,
    open integer not null,
    waiting integer not null,
    primary key (inbox_id, assignee_id)
) with (fillfactor = 50);
insert into inbox_counts
select inbox_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
    count(*), count(waiting_since)
from conversations where state = 'open' group by 1, 2;

-- Once a statement: a row changed thousands of times in one transaction would
-- drag all its versions along.
create function conversations_counted() returns trigger language plpgsql as $$
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

create trigger conversations_counted after insert on conversations
    referencing new table as added
    for each statement execute function conversations_counted();
create trigger conversations_recounted after update on conversations
    referencing new table as added old table as removed
    for each statement execute function conversations_counted();
create trigger conversations_discounted after delete on conversations
    referencing old table as removed
    for each statement execute function conversations_counted();
