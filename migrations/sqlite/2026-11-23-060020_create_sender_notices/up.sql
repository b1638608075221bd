-- What the public page says of a number beside the number itself: what for, what such a
-- text looks like, whether anybody answers a call, and what carriers show in its place.
create table sender_notices (
    sender_id blob primary key not null references senders (id),
    purposes text not null,
    sample text not null,
    takes_calls boolean not null,
    docomo text not null,
    au text not null,
    softbank text not null,
    rakuten text not null
);
-- Whom to ask about our texts; everybody may read it.
alter table organizations add column inquiries text not null default '';
