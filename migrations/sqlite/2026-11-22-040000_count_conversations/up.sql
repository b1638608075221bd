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
    inbox_id blob not null references inboxes (id),
    assignee_id blob not null,
    open integer not null,
    waiting integer not null,
    primary key (inbox_id, assignee_id)
);
insert into inbox_counts
select inbox_id, coalesce(assignee_id, zeroblob(16)), count(*), count(waiting_since)
from conversations where state = 'open' group by 1, 2;

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
