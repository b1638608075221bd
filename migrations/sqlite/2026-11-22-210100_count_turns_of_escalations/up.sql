-- A step that comes again has several turns in a wait, each of them once.
create table escalations_with_turns (
    conversation_id blob not null references conversations (id),
    since timestamp not null,
    position integer not null,
    turn integer not null default 0,
    fired_at timestamp not null,
    mails integer not null,
    primary key (conversation_id, since, position, turn)
);
insert into escalations_with_turns (conversation_id, since, position, fired_at, mails)
    select conversation_id, since, position, fired_at, mails from escalations;
drop table escalations;
alter table escalations_with_turns rename to escalations;
