-- Whom candidates meet: somebody with an e-mail address, a user or not.
create table interviewers (
    id blob primary key not null,
    email_index blob not null unique,
    email_sealed blob not null,
    name_sealed blob,
    user_id blob references users (id),
    created_at timestamp not null
);

-- Times that candidates may be offered, shared by all offers of them.
create table appointment_openings (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    starts_at timestamp not null,
    ends_at timestamp not null,
    buffer_minutes integer not null,
    capacity integer not null,
    booked integer not null
);
create index appointment_openings_at on appointment_openings (inbox_id, starts_at);

-- Without anybody, the inbox itself is who is met.
create table opening_interviewers (
    opening_id blob not null references appointment_openings (id),
    interviewer_id blob not null references interviewers (id),
    primary key (opening_id, interviewer_id)
);
create index opening_interviewers_of on opening_interviewers (interviewer_id, opening_id);

-- Times put to one candidate in one text.
create table appointment_offers (
    id blob primary key not null,
    inbox_id blob not null references inboxes (id),
    conversation_id blob not null references conversations (id),
    message_id blob not null references messages (id),
    title_sealed blob not null,
    location_sealed blob,
    duration_minutes integer not null,
    reply_by timestamp not null,
    auto_confirm boolean not null,
    state text not null,
    -- Why a person is wanted, while the state says so.
    wish text,
    -- The offer that this one came after by itself.
    after_offer_id blob references appointment_offers (id),
    user_id blob references users (id),
    created_at timestamp not null,
    settled_at timestamp
);
create index appointment_offers_of on appointment_offers (conversation_id, created_at);
create index appointment_offers_by_state on appointment_offers (inbox_id, state, created_at);
create unique index appointment_offers_by_message on appointment_offers (message_id);

create table appointment_slots (
    id blob primary key not null,
    offer_id blob not null references appointment_offers (id),
    number integer not null,
    opening_id blob not null references appointment_openings (id),
    state text not null,
    unique (offer_id, number)
);
create index appointment_slots_of_opening on appointment_slots (opening_id, state);

create table appointments (
    id blob primary key not null,
    offer_id blob not null references appointment_offers (id),
    slot_id blob not null references appointment_slots (id),
    opening_id blob not null references appointment_openings (id),
    inbox_id blob not null references inboxes (id),
    conversation_id blob not null references conversations (id),
    state text not null,
    -- Of the invitation: each one that was sent has a higher one.
    sequence integer not null,
    -- The candidate said after a reminder that they will come.
    attends_at timestamp,
    user_id blob references users (id),
    created_at timestamp not null,
    ended_at timestamp
);
create index appointments_of on appointments (conversation_id, created_at);
create index appointments_by_state on appointments (inbox_id, state, created_at);
-- A place is given once.
create unique index appointments_once on appointments (slot_id);

-- What an answer seems to say, until a person says what it does.
create table appointment_suggestions (
    conversation_id blob primary key not null references conversations (id),
    offer_id blob not null references appointment_offers (id),
    message_id blob not null references messages (id),
    reading text not null,
    number integer,
    created_at timestamp not null
);

-- What time brings for an offer or an appointment; done where nothing is due.
create table appointment_tasks (
    id blob primary key not null,
    offer_id blob not null references appointment_offers (id),
    appointment_id blob references appointments (id),
    kind text not null,
    due_at timestamp,
    done_at timestamp,
    outcome text
);
create index appointment_tasks_due on appointment_tasks (due_at) where due_at is not null;
create index appointment_tasks_of on appointment_tasks (offer_id);
