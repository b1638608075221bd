-- Pictures that contacts added to what they typed into a reply form, drawn anew and
-- sealed with their key, in two sizes. Both are gone once their time is over; the row
-- stays, so that the thread can say so.
create table photos (
    id blob primary key not null,
    message_id blob not null references messages (id),
    position integer not null,
    width integer not null,
    height integer not null,
    created_at timestamp not null,
    purged_at timestamp,
    small_sealed blob,
    full_sealed blob
);
create unique index photos_by_message on photos (message_id, position);
create index photos_to_purge on photos (created_at) where purged_at is null;
