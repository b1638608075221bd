-- Snoozed conversations have a number too; the others are kept as before.
alter table inbox_counts add column snoozed integer not null default 0;
drop trigger conversations_counted;
drop trigger conversations_recounted;
drop trigger conversations_discounted;

insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed)
select inbox_id, coalesce(assignee_id, zeroblob(16)), 0, 0, count(*)
from conversations where state = 'snoozed' group by 1, 2
on conflict do update set snoozed = excluded.snoozed;

create trigger conversations_counted after insert on conversations when new.state <> 'closed'
begin
    insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed) values (
        new.inbox_id, coalesce(new.assignee_id, zeroblob(16)),
        new.state = 'open', new.state = 'open' and new.waiting_since is not null,
        new.state = 'snoozed'
    ) on conflict do update set
        open = open + excluded.open, waiting = waiting + excluded.waiting,
        snoozed = snoozed + excluded.snoozed;
end;

create trigger conversations_recounted
after update of inbox_id, state, assignee_id, waiting_since on conversations
when old.inbox_id is not new.inbox_id or old.state is not new.state
    or old.assignee_id is not new.assignee_id
    or (old.waiting_since is null) is not (new.waiting_since is null)
begin
    update inbox_counts set
        open = open - (old.state = 'open'),
        waiting = waiting - (old.state = 'open' and old.waiting_since is not null),
        snoozed = snoozed - (old.state = 'snoozed')
    where old.state <> 'closed' and inbox_id = old.inbox_id
        and assignee_id = coalesce(old.assignee_id, zeroblob(16));
    insert into inbox_counts (inbox_id, assignee_id, open, waiting, snoozed) select
        new.inbox_id, coalesce(new.assignee_id, zeroblob(16)),
        new.state = 'open', new.state = 'open' and new.waiting_since is not null,
        new.state = 'snoozed'
    where new.state <> 'closed'
    on conflict do update set
        open = open + excluded.open, waiting = waiting + excluded.waiting,
        snoozed = snoozed + excluded.snoozed;
end;

create trigger conversations_discounted after delete on conversations when old.state <> 'closed'
begin
    update inbox_counts set
        open = open - (old.state = 'open'),
        waiting = waiting - (old.state = 'open' and old.waiting_since is not null),
        snoozed = snoozed - (old.state = 'snoozed')
    where inbox_id = old.inbox_id and assignee_id = coalesce(old.assignee_id, zeroblob(16));
end;
