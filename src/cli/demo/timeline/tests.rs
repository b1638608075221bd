use uuid::Uuid;

use super::*;
use crate::cli::demo::scripts;

const PHRASES: Phrases =
    Phrases { still_there: "?", will_call_back: "!", noted: "n", stop: "停止" };

#[test]
fn a_conversation_has_the_length_and_the_ending_it_was_asked_for() {
    let scripts = scripts::support();
    let agents = [UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2))];
    let teller = Teller { scripts: &scripts, phrases: &PHRASES, agents: &agents };
    let end: DateTime<Utc> = "2026-11-20T03:00:00Z".parse().unwrap();
    let until = end + TimeDelta::days(1);
    let mut random = Random::new(5);
    for length in SHORTEST..60 {
        for ending in [
            Ending::Closed,
            Ending::Waiting,
            Ending::Answered,
            Ending::Snoozed { until },
            Ending::OptedOut,
        ] {
            let told = teller.tell(length, ending, end, &mut random);
            assert_eq!(told.lines.len(), length, "{ending:?}");
            assert_eq!(told.lines.last().unwrap().at, end);
            assert!(told.lines.is_sorted_by_key(|line| line.at));
            let expected = match ending {
                Ending::Closed | Ending::OptedOut => ConversationState::Closed,
                Ending::Waiting | Ending::Answered => ConversationState::Open,
                Ending::Snoozed { .. } => ConversationState::Snoozed,
            };
            assert_eq!(told.status.state, expected, "{length} {ending:?}");
            assert_eq!(told.status.waiting_since.is_some(), ending == Ending::Waiting);
            assert_eq!(told.opted_out.is_some(), ending == Ending::OptedOut);
            let open = told.cases.iter().filter(|case| case.closed_at.is_none()).count();
            assert_eq!(open, usize::from(expected != ConversationState::Closed));
        }
    }
}

#[test]
fn the_shortest_conversations_begin_with_a_text() {
    let scripts = scripts::english();
    let agents = [UserId(Uuid::from_u128(1))];
    let teller = Teller { scripts: &scripts, phrases: &PHRASES, agents: &agents };
    let end = DateTime::UNIX_EPOCH;
    for (length, ending) in
        [(1, Ending::Waiting), (2, Ending::Waiting), (2, Ending::Closed), (3, Ending::Closed)]
    {
        for seed in 0..20 {
            let told = teller.tell(length, ending, end, &mut Random::new(seed));
            assert_eq!(told.lines.len(), length);
            assert!(matches!(told.lines[0].said, Said::Customer(_) | Said::Us(..)));
            assert_eq!(told.status.waiting_since.is_some(), ending == Ending::Waiting);
        }
    }
}
