create table escalations_without_turns (
    conversation_id blob not null references conversations (id),
    since timestamp not null,
    position integer not null,
    fired_at timestamp not null,
    mails integer not null,
    primary key (conversation_id, since, position)
);
insert into escalations_without_turns (conversation_id, since, position, fired_at, mails)
    select conversation_id, since, position, fired_at, mails from escalations where turn = 0;
drop table escalations;
alter table escalations_without_turns rename to escalations;
