use proptest::prelude::*;

use super::{OutboundState, Reason, ReceiptStatus, SendOutcome};

#[test]
fn words_are_read_back() {
    for state in OutboundState::ALL {
        assert_eq!(OutboundState::from_word(state.word()), Some(*state));
    }
    for reason in Reason::ALL {
        assert_eq!(Reason::from_word(reason.word()), Some(*reason));
    }
    for status in ReceiptStatus::ALL {
        assert_eq!(ReceiptStatus::from_word(status.word()), Some(*status));
    }
}

#[test]
fn an_end_is_the_end() {
    let ends = OutboundState::ALL.iter().filter(|state| state.is_final());
    assert_eq!(ends.clone().count(), 5);
    for end in ends {
        assert!(OutboundState::ALL.iter().all(|to| !end.may_move_to(*to)), "{end:?}");
        assert!(ReceiptStatus::ALL.iter().all(|status| end.after_receipt(*status) == *end));
        for outcome in outcomes() {
            assert_eq!(end.after_send(&outcome), *end);
        }
    }
}

#[test]
fn only_what_was_surely_not_taken_is_queued_again() {
    let goes_back = |from: &&OutboundState| from.may_move_to(OutboundState::Queued);
    let back: Vec<_> = OutboundState::ALL.iter().filter(goes_back).copied().collect();
    use OutboundState::*;
    assert_eq!(back, [DraftHeld, Submitting, Unknown]);
    assert!(!Sent.may_move_to(Submitting) && !Unknown.may_move_to(Submitting));
}

#[test]
fn a_text_is_taken_back_only_before_it_is_under_way() {
    let back: Vec<_> = OutboundState::ALL
        .iter()
        .filter(|from| from.rank() < OutboundState::Submitting.rank())
        .filter(|from| from.may_move_to(OutboundState::Canceled))
        .collect();
    assert_eq!(back, [&OutboundState::DraftHeld, &OutboundState::Queued]);
    assert!(!OutboundState::Submitting.may_move_to(OutboundState::Canceled));
}

#[test]
fn the_answer_of_a_call_decides_where_it_is_not_known_yet() {
    use OutboundState::*;
    assert_eq!(Submitting.after_send(&SendOutcome::Accepted), Sent);
    assert_eq!(Submitting.after_send(&SendOutcome::Refused { retry: true }), Queued);
    assert_eq!(Submitting.after_send(&SendOutcome::Refused { retry: false }), Failed);
    assert_eq!(Submitting.after_send(&SendOutcome::Unknown), Unknown);
    assert_eq!(Unknown.after_send(&SendOutcome::Accepted), Sent);
    assert_eq!(Sent.after_send(&SendOutcome::Unknown), Sent);
    assert_eq!(Delivered.after_send(&SendOutcome::Accepted), Delivered);
}

#[test]
fn delivered_after_undelivered_changes_nothing() {
    let state = OutboundState::Sent
        .after_receipt(ReceiptStatus::Undelivered)
        .after_receipt(ReceiptStatus::Delivered);
    assert_eq!(state, OutboundState::Undelivered);
}

#[test]
fn a_receipt_of_an_earlier_attempt_saves_a_queued_text_from_being_doubled() {
    use OutboundState::*;
    assert_eq!(Queued.after_receipt(ReceiptStatus::Delivered), Delivered);
    assert_eq!(Queued.after_receipt(ReceiptStatus::Sent), Sent);
    assert_eq!(Queued.after_receipt(ReceiptStatus::Failed), Queued);
    assert_eq!(Queued.after_send(&SendOutcome::Accepted), Sent);
    assert_eq!(Queued.after_send(&SendOutcome::Refused { retry: false }), Queued);
}

#[test]
fn a_draft_is_nobodys_news() {
    for status in ReceiptStatus::ALL {
        assert_eq!(OutboundState::DraftHeld.after_receipt(*status), OutboundState::DraftHeld);
    }
}

fn outcomes() -> [SendOutcome; 4] {
    [
        SendOutcome::Accepted,
        SendOutcome::Refused { retry: true },
        SendOutcome::Refused { retry: false },
        SendOutcome::Unknown,
    ]
}

/// What can be told about one text: the end of its call, or a receipt.
#[derive(Clone, Copy, Debug)]
enum News {
    Call(SendOutcome),
    Receipt(ReceiptStatus),
}

fn told(news: &[News]) -> OutboundState {
    news.iter().fold(OutboundState::Submitting, |state, news| match news {
        News::Call(outcome) => state.after_send(outcome),
        News::Receipt(status) => state.after_receipt(*status),
    })
}

/// The news of one text in the order they happened, with at most one end.
fn history() -> impl Strategy<Value = Vec<News>> {
    let call = prop_oneof![Just(SendOutcome::Accepted), Just(SendOutcome::Unknown)];
    let end = prop::sample::select(
        &[
            ReceiptStatus::Delivered,
            ReceiptStatus::Undelivered,
            ReceiptStatus::Failed,
            ReceiptStatus::Expired,
            ReceiptStatus::Canceled,
        ][..],
    );
    (call, 0..3_usize, 0..3_usize, prop::option::of((end, 1..3_usize))).prop_map(
        |(call, no_news, sent, end)| {
            let mut news = vec![News::Call(call)];
            news.extend(vec![News::Receipt(ReceiptStatus::NoNews); no_news]);
            news.extend(vec![News::Receipt(ReceiptStatus::Sent); sent]);
            if let Some((end, times)) = end {
                news.extend(vec![News::Receipt(end); times]);
            }
            news
        },
    )
}

/// A hundredth of the campaign for every run; PROPTEST_CASES may ask for more.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(2_000), ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_order_of_the_news_does_not_matter(
        (ordered, shuffled) in history()
            .prop_flat_map(|news| (Just(news.clone()), Just(news).prop_shuffle())),
    ) {
        prop_assert_eq!(told(&shuffled), told(&ordered));
    }

    #[test]
    fn a_receipt_never_takes_a_text_back(
        state in prop::sample::select(OutboundState::ALL),
        status in prop::sample::select(ReceiptStatus::ALL),
    ) {
        let next = state.after_receipt(status);
        prop_assert!(next == state || next.rank() > state.rank());
    }
}
