drop trigger conversations_counted;
drop trigger conversations_recounted;
drop trigger conversations_discounted;
alter table inbox_counts drop column snoozed;

create trigger conversations_counted after insert on conversations when new.state = 'open'
begin
    insert into inbox_counts values (
        new.inbox_id, coalesce(new.assignee_id, zeroblob(16)), 1, new.waiting_since is not null
    ) on conflict do update set
        open = open + 1, waiting = waiting + excluded.waiting;
end;

create trigger conversations_recounted
after update of inbox_id, state, assignee_id, waiting_since on conversations
when old.inbox_id is not new.inbox_id or old.state is not new.state
    or old.assignee_id is not new.assignee_id
    or (old.waiting_since is null) is not (new.waiting_since is null)
begin
    update inbox_counts set
        open = open - 1, waiting = waiting - (old.waiting_since is not null)
    where old.state = 'open' and inbox_id = old.inbox_id
        and assignee_id = coalesce(old.assignee_id, zeroblob(16));
    insert into inbox_counts select
        new.inbox_id, coalesce(new.assignee_id, zeroblob(16)), 1, new.waiting_since is not null
    where new.state = 'open'
    on conflict do update set
        open = open + 1, waiting = waiting + excluded.waiting;
end;

create trigger conversations_discounted after delete on conversations when old.state = 'open'
begin
    update inbox_counts set
        open = open - 1, waiting = waiting - (old.waiting_since is not null)
    where inbox_id = old.inbox_id and assignee_id = coalesce(old.assignee_id, zeroblob(16));
end;
