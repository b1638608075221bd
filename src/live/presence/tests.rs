use futures_util::FutureExt;

use super::*;

struct Rig {
    presence: Presence,
    inbox: InboxId,
    thread: ConversationId,
    sato: UserId,
    tanaka: UserId,
}

fn rig() -> Rig {
    Rig {
        presence: Presence::default(),
        inbox: InboxId(Uuid::from_u128(1)),
        thread: ConversationId(Uuid::from_u128(2)),
        sato: UserId(Uuid::from_u128(3)),
        tanaka: UserId(Uuid::from_u128(4)),
    }
}

impl Rig {
    /// Who is in the thread, if that has changed.
    fn news(&self) -> Option<Vec<(UserId, bool)>> {
        self.news_at(Instant::now())
    }

    fn news_at(&self, now: Instant) -> Option<Vec<(UserId, bool)>> {
        let mut changes = self.presence.changes_at(now);
        assert!(changes.len() <= 1, "{changes:?}");
        changes.pop().map(|change| change.people)
    }
}

#[tokio::test]
async fn people_come_type_and_go() {
    let rig = rig();
    let (sato, tanaka) = (rig.presence.seat(rig.sato), rig.presence.seat(rig.tanaka));
    sato.here(rig.inbox, rig.thread, Doing::Reading);
    tanaka.here(rig.inbox, rig.thread, Doing::Typing);
    assert_eq!(rig.news(), Some(vec![(rig.sato, false), (rig.tanaka, true)]));
    // Saying the same again is no news.
    tanaka.here(rig.inbox, rig.thread, Doing::Typing);
    assert_eq!(rig.presence.stirred().now_or_never(), Some(()), "the news before");
    assert_eq!((rig.news(), rig.presence.stirred().now_or_never()), (None, None));
    tanaka.here(rig.inbox, rig.thread, Doing::Reading);
    assert_eq!(rig.news(), Some(vec![(rig.sato, false), (rig.tanaka, false)]));
    drop(tanaka);
    assert_eq!(rig.news(), Some(vec![(rig.sato, false)]));
    sato.leave();
    assert_eq!(rig.news(), Some(vec![]));
    let here = rig.presence.lock();
    assert!(here.screens.is_empty() && here.of.is_empty());
}

#[tokio::test]
async fn silence_ends_typing_first_and_then_the_stay() {
    let rig = rig();
    let seat = rig.presence.seat(rig.sato);
    let begun = Instant::now();
    seat.here(rig.inbox, rig.thread, Doing::Typing);
    let said = Instant::now();
    assert_eq!(rig.news(), Some(vec![(rig.sato, true)]));
    assert_eq!(rig.news_at(begun + TYPING), None);
    assert_eq!(rig.news_at(said + TYPING), Some(vec![(rig.sato, false)]));
    assert_eq!(rig.news_at(begun + SEEN), None);
    assert_eq!(rig.news_at(said + SEEN), Some(vec![]));
    // The wait for the next news ends when the first silence does.
    seat.here(rig.inbox, rig.thread, Doing::Typing);
    let stay = *rig.presence.lock().screens.values().next().unwrap();
    assert_eq!(stay.next_silence(), stay.typing_until.unwrap());
    seat.here(rig.inbox, rig.thread, Doing::Reading);
    let stay = *rig.presence.lock().screens.values().next().unwrap();
    assert_eq!(stay.next_silence(), stay.until);
}

#[tokio::test]
async fn a_screen_is_in_one_thread_and_a_person_named_once() {
    let rig = rig();
    let (desk, phone) = (rig.presence.seat(rig.sato), rig.presence.seat(rig.sato));
    desk.here(rig.inbox, rig.thread, Doing::Reading);
    phone.here(rig.inbox, rig.thread, Doing::Typing);
    assert_eq!(rig.news(), Some(vec![(rig.sato, true)]));
    let other = ConversationId(Uuid::from_u128(9));
    desk.here(rig.inbox, other, Doing::Reading);
    phone.here(rig.inbox, other, Doing::Reading);
    let mut changes = rig.presence.changes();
    changes.sort_by_key(|change| change.conversation);
    let people: Vec<_> = changes.into_iter().map(|change| change.people).collect();
    assert_eq!(people, [vec![], vec![(rig.sato, false)]]);
}

#[tokio::test]
async fn other_nodes_are_heard_and_strangers_are_not() {
    let (here, there) = (rig(), rig());
    let mut said = there.presence.said();
    let seat = there.presence.seat(there.tanaka);
    seat.here(there.inbox, there.thread, Doing::Typing);
    drop(seat);
    let told: Vec<String> = (0..2).map(|_| said.try_recv().unwrap().line()).collect();
    let heard = Sighting::parse(told[0].as_bytes()).unwrap();
    here.presence.heard(heard);
    assert_eq!(here.news(), Some(vec![(here.tanaka, true)]));
    // One's own words come back to nobody.
    there.presence.heard(heard);
    assert_eq!(there.news(), Some(vec![]));
    here.presence.heard(Sighting::parse(told[1].as_bytes()).unwrap());
    assert_eq!(here.news(), Some(vec![]));
    for nonsense in ["", "gone", &told[0][1..], &format!("{} x", told[0]), "\u{fffd}"] {
        assert_eq!(Sighting::parse(nonsense.as_bytes()), None, "{nonsense}");
    }
    assert_eq!(Sighting::parse(&[0xFF]), None);
}

#[tokio::test]
async fn inventions_fill_no_memory() {
    let rig = rig();
    let seat = rig.presence.seat(rig.sato);
    seat.here(rig.inbox, rig.thread, Doing::Reading);
    let mut said = rig.presence.said();
    seat.here(rig.inbox, rig.thread, Doing::Reading);
    let real = said.try_recv().unwrap();
    for n in 0..2 * MOST as u64 {
        let node = Uuid::from_u128(7);
        let conversation = ConversationId(Uuid::from_u128(n.into()));
        rig.presence.heard(Sighting { node, seat: n, conversation, ..real });
    }
    assert_eq!(rig.presence.lock().screens.len(), MOST);
    rig.presence.changes_at(Instant::now() + SEEN);
    let here = rig.presence.lock();
    assert!(here.screens.is_empty() && here.of.is_empty() && here.changed.is_empty());
}

#[tokio::test]
async fn who_looks_is_known_until_they_look_elsewhere() {
    let rig = rig();
    let (desk, phone) = (rig.presence.seat(rig.sato), rig.presence.seat(rig.sato));
    let looks = |user| rig.presence.looks_at(rig.thread, user);
    phone.here(rig.inbox, rig.thread, Doing::Reading);
    assert!(!looks(rig.sato), "something else is in front of it");
    desk.here(rig.inbox, rig.thread, Doing::Looking);
    assert!(looks(rig.sato) && !looks(rig.tanaka));
    rig.news();
    desk.here(rig.inbox, rig.thread, Doing::Reading);
    assert!(!looks(rig.sato));
    assert_eq!(rig.news(), None, "faces are the same");
    desk.here(rig.inbox, rig.thread, Doing::Typing);
    assert!(looks(rig.sato));
    let later = Instant::now() + SEEN;
    assert!(!rig.presence.lock().looks_at(rig.thread, rig.sato, later), "long ago");
    drop(desk);
    assert!(!looks(rig.sato));
}
