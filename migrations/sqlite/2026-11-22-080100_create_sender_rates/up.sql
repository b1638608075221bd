-- What all nodes together have sent by a sender, as the time its budget was empty.
create table sender_rates (
    sender_id blob primary key not null references senders (id),
    empty_at timestamp not null
);
