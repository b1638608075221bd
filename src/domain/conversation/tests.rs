use uuid::Uuid;

use super::*;

const SATO: UserId = UserId(Uuid::from_u128(1));
const TANAKA: UserId = UserId(Uuid::from_u128(2));

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

#[test]
fn a_first_text_waits_for_anybody() {
    let conversation = Conversation::started_by_inbound(at(1));
    assert_eq!(conversation.shown(), ShownState::Unassigned);
    assert_eq!(conversation.waiting_since, Some(at(1)));
}

#[test]
fn what_we_begin_belongs_to_who_began_it() {
    assert_eq!(Conversation::started_by_us(Some(SATO)).shown(), ShownState::Assigned);
}

#[test]
fn an_automatic_text_makes_no_work_until_it_is_answered() {
    let conversation = Conversation::started_by_us(None);
    assert_eq!(conversation.shown(), ShownState::Closed);
    let (conversation, reopened) = conversation.receive_inbound(at(5));
    assert_eq!((conversation.shown(), reopened), (ShownState::Unassigned, Reopened(true)));
}

#[test]
fn waiting_counts_from_the_oldest_unanswered_text() {
    let conversation = Conversation::started_by_inbound(at(5));
    let (later, reopened) = conversation.receive_inbound(at(9));
    assert_eq!((later, reopened), (conversation, Reopened(false)));
    assert_eq!(later.receive_inbound(at(2)).0.waiting_since, Some(at(2)));
    let (again, _) = later.answered(SATO).receive_inbound(at(12));
    assert_eq!(again.waiting_since, Some(at(12)));
}

#[test]
fn who_answers_takes_the_conversation_unless_somebody_has_it() {
    let answered = Conversation::started_by_inbound(at(1)).answered(SATO);
    assert_eq!((answered.assignee, answered.waiting_since), (Some(SATO), None));
    let helped = answered.answered(TANAKA);
    assert_eq!(helped.assignee, Some(SATO));
    assert_eq!(helped.last_answered_by, Some(TANAKA));
}

#[test]
fn a_reply_to_a_closed_conversation_is_offered_to_who_answered_last() {
    let closed = Conversation::started_by_inbound(at(1)).answered(SATO).close();
    let (reopened, was_closed) = closed.receive_inbound(at(9));
    assert_eq!(was_closed, Reopened(true));
    assert_eq!(reopened.shown(), ShownState::Unassigned);
    assert_eq!(reopened.last_answered_by, Some(SATO));
    assert_eq!(reopened.waiting_since, Some(at(9)));
}

#[test]
fn an_assignee_who_never_answered_is_offered_it_too() {
    let assigned = Conversation::started_by_inbound(at(1)).assign(TANAKA).unwrap();
    let (reopened, _) = assigned.close().receive_inbound(at(9));
    assert_eq!(reopened.last_answered_by, Some(TANAKA));
}

#[test]
fn a_reply_wakes_a_snoozed_conversation_for_its_assignee() {
    let snoozed = Conversation::started_by_us(Some(SATO)).snooze(at(60), at(1)).unwrap();
    assert_eq!(snoozed.shown(), ShownState::Snoozed);
    let (woken, reopened) = snoozed.receive_inbound(at(9));
    assert_eq!((woken.shown(), reopened), (ShownState::Assigned, Reopened(false)));
    assert_eq!((woken.assignee, woken.snoozed_until), (Some(SATO), None));
}

#[test]
fn snoozing_does_not_make_the_contact_wait_less() {
    let waiting = Conversation::started_by_inbound(at(1));
    let woken = waiting.snooze(at(60), at(2)).unwrap().wake();
    assert_eq!(woken, waiting);
}

#[test]
fn a_snooze_needs_a_time_to_come() {
    let open = Conversation::started_by_inbound(at(1));
    assert_eq!(open.snooze(at(5), at(5)), Err(TransitionError::SnoozeInPast));
    assert_eq!(open.close().snooze(at(6), at(5)), Err(TransitionError::Closed));
}

#[test]
fn a_closed_conversation_is_nobodys_to_give() {
    let closed = Conversation::started_by_us(Some(SATO)).close();
    assert_eq!(closed.assign(TANAKA), Err(TransitionError::Closed));
    assert_eq!(closed.unassign(), Err(TransitionError::Closed));
    assert_eq!(closed.reopen().assign(TANAKA).unwrap().assignee, Some(TANAKA));
}

#[test]
fn doing_it_twice_changes_nothing() {
    let open = Conversation::started_by_inbound(at(1));
    let assigned = open.assign(SATO).unwrap();
    let snoozed = assigned.snooze(at(60), at(2)).unwrap();
    assert_eq!(open.unassign(), Ok(open));
    assert_eq!(assigned.assign(SATO), Ok(assigned));
    assert_eq!(snoozed.snooze(at(60), at(3)), Ok(snoozed));
    for conversation in [open, assigned, snoozed] {
        let closed = conversation.close();
        assert_eq!(closed.close(), closed);
        assert_eq!(closed.wake(), closed);
        assert_eq!(conversation.reopen().reopen(), conversation.reopen());
    }
}

#[test]
fn closing_ends_the_wait() {
    let closed = Conversation::started_by_inbound(at(1)).close();
    assert_eq!((closed.waiting_since, closed.snoozed_until), (None, None));
}

#[test]
fn who_asks_us_to_stop_waits_for_nothing() {
    let waiting = Conversation::started_by_inbound(at(1));
    let stopped = waiting.receive_stop();
    assert_eq!((stopped.shown(), stopped.waiting_since), (ShownState::Closed, None));
    assert_eq!(stopped.receive_stop(), stopped);

    let held = waiting.assign(SATO).unwrap().snooze(at(60), at(2)).unwrap().receive_stop();
    assert_eq!((held.shown(), held.assignee), (ShownState::Assigned, Some(SATO)));
    assert_eq!((held.waiting_since, held.snoozed_until), (None, None));
    // Whoever closed it is not given it back by a stop.
    assert_eq!(held.close().receive_stop().shown(), ShownState::Closed);
}
