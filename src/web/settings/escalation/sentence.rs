//! A step of a ladder, as somebody would say it.

use crate::domain::escalation::{Recipient, Step, Trigger};
use crate::domain::id::TagId;
use crate::locale::Locale;
use crate::store::tags::Tag;

pub fn sentence(t: Locale, always: bool, step: &Step, tags: &[Tag]) -> String {
    let minutes = step.after.num_minutes();
    let (time, is_now) = (length(t, minutes), minutes == 0);
    let what = match step.trigger {
        Trigger::Unanswered => t.escalation_said_unanswered(time),
        Trigger::Unassigned => t.escalation_said_unassigned(time),
        Trigger::Words => {
            let words = quoted(t, &step.words);
            match is_now {
                true => t.escalation_said_words_now(words),
                false => t.escalation_said_words(time, words),
            }
        }
        Trigger::Tagged => {
            let names = quoted(t, &names(&step.tags, tags));
            match is_now {
                true => t.escalation_said_tagged_now(names),
                false => t.escalation_said_tagged(names, time),
            }
        }
        Trigger::Undelivered if is_now => t.escalation_said_undelivered_now().to_owned(),
        Trigger::Undelivered => t.escalation_said_undelivered(time),
        Trigger::Help if is_now => t.escalation_said_help_now().to_owned(),
        Trigger::Help => t.escalation_said_help(time),
    };
    let to: Vec<&str> = step
        .to
        .iter()
        .map(|recipient| match recipient {
            Recipient::Assignee => t.escalation_assignee(),
            Recipient::Team => t.escalation_team_short(),
            Recipient::Supervisors => t.escalation_supervisors(),
            Recipient::Address(address) => address,
        })
        .collect();
    let told = t.escalation_said(to.join(t.escalation_comma()), what);
    let every = step.every.map(|every| t.escalation_said_again(length(t, every.num_minutes())));
    let urgent = (step.urgent && !always).then(|| t.escalation_said_urgent().to_owned());
    let parts: Vec<String> = [Some(told), every, urgent].into_iter().flatten().collect();
    parts.join(t.escalation_stop())
}

fn length(t: Locale, minutes: i64) -> String {
    match minutes {
        minutes if minutes % 60 == 0 && minutes >= 120 => t.mail_hours(minutes / 60),
        minutes => t.mail_minutes(minutes),
    }
}

fn quoted(t: Locale, words: &[String]) -> String {
    words.iter().map(|word| t.escalation_quoted(word)).collect::<Vec<_>>().join(t.escalation_or())
}

fn names(ids: &[TagId], tags: &[Tag]) -> Vec<String> {
    let name = |id: &TagId| tags.iter().find(|tag| tag.id == *id).map(|tag| tag.name.clone());
    ids.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_step_reads_as_a_sentence() {
        let simple = Step {
            trigger: Trigger::Unanswered,
            after: TimeDelta::minutes(15),
            to: vec![Recipient::Assignee, Recipient::Supervisors],
            ..Step::default()
        };
        let words = Step {
            trigger: Trigger::Words,
            after: TimeDelta::zero(),
            words: vec!["解約".into(), "至急".into()],
            urgent: true,
            every: Some(TimeDelta::hours(2)),
            ..simple.clone()
        };
        for (step, t, said) in [
            (&simple, Locale::Ja, "返信がないまま15分たったら、担当者、責任者(SV)に知らせる"),
            (
                &simple,
                Locale::En,
                "When nobody has answered for 15 minutes, tell: Whoever has it, Supervisors",
            ),
            (
                &words,
                Locale::Ja,
                "「解約」か「至急」を含むメッセージが届いたらすぐ、担当者、責任者(SV)に知らせる。以後2時間ごと。夜間・休日も数える",
            ),
        ] {
            assert_eq!(sentence(t, false, step, &[]), said);
        }
    }
}
