//! The rows of a ladder, as fields of a form.

use chrono::TimeDelta;

use crate::domain::escalation::{MOST_STEPS, Policy, PolicyError, Recipient, Step, Trigger};
use crate::domain::excerpt::Excerpt;
use crate::domain::id::TagId;
use crate::domain::nudge;
use crate::locale::Locale;
use crate::web::form::Fields;
use crate::web::views::FormErrors;

/// The fields of a row.
pub struct Row {
    pub trigger: &'static str,
    pub minutes: &'static str,
    pub to: &'static str,
    pub mails: &'static str,
    pub words: &'static str,
    pub tags: &'static str,
    pub every: &'static str,
    pub urgent: &'static str,
}

macro_rules! rows {
    ($($n:literal),+) => {
        [$(Row {
            trigger: concat!("trigger_", $n),
            minutes: concat!("minutes_", $n),
            to: concat!("to_", $n),
            mails: concat!("mails_", $n),
            words: concat!("words_", $n),
            tags: concat!("tags_", $n),
            every: concat!("every_", $n),
            urgent: concat!("urgent_", $n),
        }),+]
    };
}
pub const ROWS: [Row; MOST_STEPS] = rows!(1, 2, 3, 4, 5, 6, 7, 8);

/// For how many minutes mails are gathered.
pub const WINDOW: &str = "window";
/// What of a text stands in a mail.
pub const EXCERPT: &str = "excerpt";

/// Between addresses.
const GAPS: [char; 8] = [' ', '\u{3000}', ',', '、', ';', '\n', '\r', '\t'];
/// Between words, which may hold spaces.
const COMMAS: [char; 6] = [',', '，', '、', ';', '\n', '\r'];

impl Row {
    /// A row without any of these is none.
    pub fn is_filled(&self, fields: &Fields) -> bool {
        let names = [self.minutes, self.to, self.mails, self.words, self.tags, self.every];
        names.iter().any(|name| fields.filled(name).is_some())
    }
}

/// Reads the rows that are filled; each names what is wrong with it.
pub fn policy_of(t: Locale, fields: &Fields) -> Result<Policy, FormErrors> {
    let (mut errors, mut steps, mut of_row) = (FormErrors::none(), Vec::new(), Vec::new());
    for row in ROWS.iter().filter(|row| row.is_filled(fields)) {
        match step_of(t, row, fields, &mut errors) {
            Some(step) => {
                steps.push(step);
                of_row.push(row);
            }
            None => errors = errors.and(row.minutes, t.escalation_wrong_minutes()),
        }
    }
    let window = match fields.filled(WINDOW) {
        None => nudge::WINDOW,
        Some(minutes) => match minutes.trim().parse::<u32>() {
            Ok(minutes) => TimeDelta::minutes(i64::from(minutes)),
            Err(_) => TimeDelta::MAX,
        },
    };
    let always = fields.get("hours") == "always";
    let excerpt = Excerpt::from_word(fields.get(EXCERPT)).unwrap_or_default();
    let policy = Policy { always, steps, window, excerpt };
    let checked = policy.check();
    if !errors.is_empty() {
        return Err(errors);
    }
    let Err(wrong) = checked else { return Ok(policy) };
    Err(match wrong {
        PolicyError::TooManySteps => {
            FormErrors { summary: Some(t.problem_too_many().to_owned()), fields: Vec::new() }
        }
        PolicyError::Window => errors.and(WINDOW, t.escalation_wrong_window()),
        PolicyError::After(n) => match policy.steps[n].trigger.soonest().is_zero() {
            true => errors.and(of_row[n].minutes, t.escalation_wrong_minutes_or_none()),
            false => errors.and(of_row[n].minutes, t.escalation_wrong_minutes()),
        },
        PolicyError::Every(n) => errors.and(of_row[n].every, t.escalation_wrong_every()),
        PolicyError::Words(n) => errors.and(of_row[n].words, t.escalation_wrong_words()),
        PolicyError::Tags(n) => errors.and(of_row[n].tags, t.escalation_wrong_tags()),
        PolicyError::ToNobody(n) => errors.and(of_row[n].to, t.escalation_to_nobody()),
        PolicyError::ToTooMany(n) => errors.and(of_row[n].mails, t.problem_too_many()),
    })
}

/// `None` where its minutes are none.
fn step_of(t: Locale, row: &Row, fields: &Fields, errors: &mut FormErrors) -> Option<Step> {
    let mut wrong = |name, why: String| *errors = std::mem::take(errors).and(name, why);
    let minutes = |name| fields.get(name).trim().parse::<u32>().ok();
    let after = minutes(row.minutes)?;
    let mut to: Vec<Recipient> = fields.all(row.to).filter_map(Recipient::parse).collect();
    for address in fields.get(row.mails).split(GAPS).filter(|text| !text.is_empty()) {
        match Recipient::parse(address) {
            Some(address @ Recipient::Address(_)) => to.push(address),
            _ => wrong(row.mails, t.escalation_wrong_address(address)),
        }
    }
    let every = fields.filled(row.every).map(|_| minutes(row.every));
    if every == Some(None) {
        wrong(row.every, t.escalation_wrong_every().to_owned());
    }
    let trigger = Trigger::from_word(fields.get(row.trigger)).unwrap_or_default();
    let of_minutes = |minutes: u32| TimeDelta::minutes(i64::from(minutes));
    let words = fields.get(row.words).split(COMMAS).map(str::trim);
    let tags = fields.all(row.tags).filter_map(|id| id.parse::<TagId>().ok());
    Some(Step {
        trigger,
        after: of_minutes(after),
        to,
        urgent: fields.has(row.urgent),
        every: every.flatten().map(of_minutes),
        words: match trigger {
            Trigger::Words => words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            _ => Vec::new(),
        },
        tags: if trigger == Trigger::Tagged { tags.collect() } else { Vec::new() },
    })
}

pub fn fields_of(policy: &Policy) -> Fields {
    let mut fields = Fields::default();
    fields.set("hours", if policy.always { "always" } else { "inbox" });
    fields.set(WINDOW, &policy.window.num_minutes().to_string());
    fields.set(EXCERPT, policy.excerpt.word());
    for (row, step) in ROWS.iter().zip(&policy.steps) {
        fields.set(row.trigger, step.trigger.word());
        fields.set(row.minutes, &step.after.num_minutes().to_string());
        let mut addresses = Vec::new();
        for recipient in &step.to {
            match recipient {
                Recipient::Address(address) => addresses.push(address.as_str()),
                word => fields.set(row.to, &word.to_string()),
            }
        }
        fields.set(row.mails, &addresses.join(" "));
        fields.set(row.words, &step.words.join("、"));
        for tag in &step.tags {
            fields.set(row.tags, &tag.to_string());
        }
        if let Some(every) = step.every {
            fields.set(row.every, &every.num_minutes().to_string());
        }
        if step.urgent {
            fields.set(row.urgent, "1");
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::TagId;

    #[test]
    fn what_is_shown_is_read_back() {
        let to =
            |texts: &[&str]| texts.iter().map(|text| Recipient::parse(text).unwrap()).collect();
        let step = |minutes, trigger, texts: &[&str]| Step {
            trigger,
            after: TimeDelta::minutes(minutes),
            to: to(texts),
            ..Step::default()
        };
        let policy = Policy {
            always: true,
            window: TimeDelta::minutes(20),
            excerpt: Excerpt::Masked,
            steps: vec![
                step(15, Trigger::Unassigned, &["team"]),
                step(30, Trigger::Unanswered, &["assignee", "supervisors", "a@x.jp", "b@x.jp"]),
                Step {
                    words: vec!["解約".into(), "消費者 センター".into()],
                    urgent: true,
                    every: Some(TimeDelta::minutes(30)),
                    ..step(0, Trigger::Words, &["supervisors"])
                },
                Step {
                    tags: vec![TagId(Uuid::from_u128(1)), TagId(Uuid::from_u128(2))],
                    ..step(0, Trigger::Tagged, &["team"])
                },
            ],
        };
        for policy in [policy, Policy::default()] {
            assert_eq!(policy_of(Locale::Ja, &fields_of(&policy)).unwrap(), policy);
        }
    }

    #[test]
    fn rows_may_be_left_empty_between_others() {
        let fields = Fields::of(&[
            ("trigger_1", "unanswered"),
            ("minutes_3", "5"),
            ("mails_3", "a@x.jp、b@x.jp"),
        ]);
        let policy = policy_of(Locale::Ja, &fields).unwrap();
        assert_eq!(policy.steps.len(), 1);
        assert_eq!(policy.steps[0].to.len(), 2);
    }

    #[test]
    fn a_row_says_what_is_wrong_with_it() {
        for (fields, wrong) in [
            (vec![("to_1", "team")], "minutes_1"),
            (vec![("minutes_2", "0"), ("to_2", "team")], "minutes_2"),
            (vec![("minutes_2", "43201"), ("to_2", "team")], "minutes_2"),
            (vec![("minutes_1", "5")], "to_1"),
            (vec![("minutes_1", "5"), ("mails_1", "boss")], "mails_1"),
            (vec![("minutes_1", "5"), ("mails_1", "team")], "mails_1"),
            (vec![("minutes_1", "5"), ("to_1", "team"), ("every_1", "1")], "every_1"),
            (vec![("minutes_1", "5"), ("to_1", "team"), ("every_1", "often")], "every_1"),
            (vec![("trigger_1", "words"), ("minutes_1", "5"), ("to_1", "team")], "words_1"),
            (vec![("trigger_1", "tagged"), ("minutes_1", "5"), ("to_1", "team")], "tags_1"),
            (vec![("window", "61"), ("minutes_1", "5"), ("to_1", "team")], "window"),
            (vec![("window", "soon"), ("minutes_1", "5"), ("to_1", "team")], "window"),
        ] {
            let errors = policy_of(Locale::Ja, &Fields::of(&fields)).unwrap_err();
            assert!(errors.get(wrong).is_some(), "{fields:?}: {errors:?}");
        }
    }
}
