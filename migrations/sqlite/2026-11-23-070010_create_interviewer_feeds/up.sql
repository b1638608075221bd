-- The secret address at which an interviewer's calendar asks for what is booked.
create table interviewer_feeds (
    interviewer_id blob primary key not null references interviewers (id),
    token_hash blob not null unique,
    created_at timestamp not null
);
