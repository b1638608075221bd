//! Clauses that name a choice by its number, its time, or as none of them.

use chrono::{Datelike, Timelike};

use super::{Asked, Choice, Clauses, Kind, Moment, Reading, Word};

/// How a choice is asked for.
const SHAPES: &[&[Word]] = &[
    &[Word::At, Word::Meeting, Word::Please],
    &[Word::At, Word::Please],
    &[Word::At, Word::Fine],
    &[Word::At, Word::Attends],
    &[Word::At, Word::Settles],
    &[Word::At, Word::Wants],
    &[Word::To, Word::Settles],
    &[Word::To, Word::Please],
    &[Word::To, Word::Attends],
    &[Word::Object, Word::Wants],
    &[Word::Object, Word::Please],
    &[Word::Subject, Word::Good],
    &[Word::Subject, Word::Wants],
    &[Word::Is],
    &[Word::Wants],
    &[Word::Please],
    &[Word::Works, Word::Works],
    &[Word::Works],
];

/// 14時から by itself may mean any time from then on.
const FROM: &[&[Word]] = &[&[Word::At, Word::Please], &[Word::Please]];

/// A choice as far as it was named.
struct Pick {
    to: usize,
    number: Option<u8>,
    moment: Option<Moment>,
    /// A line of our own text copied: `2) 6/16(火)14:00`.
    is_copied: bool,
    /// The number and at most 番: no "option 2", no 2の日程.
    is_plain: bool,
    /// 2番目, "the second one": of what stands beside it, or of all.
    is_ordinal: bool,
    /// "book me for 3": a number, or the hour.
    is_led: bool,
    /// 2番目, which a reminder has none of.
    is_ranked: bool,
}

impl Clauses<'_> {
    /// 希望は2番でお願いします, "I'll take the second one", 16日の14時で.
    pub(super) fn choice(&self, at: usize) -> Option<(usize, Reading)> {
        if matches!(self.asked, Asked::Attendance) {
            return self.reminder(at);
        }
        let mut begin = at;
        for lead in [Word::So, Word::Topic, Word::Takes] {
            if self.is(begin, lead) {
                begin = self.may(begin + 1, Word::Pause);
            }
        }
        if self.is(begin, Word::Elsewhere) && matches!(self.asked, Asked::Slots { .. }) {
            return Some((self.tail(begin + 1, SHAPES)?.0, Reading::NoneFits));
        }
        let is_led = begin > at && (at..begin).any(|at| self.is(at, Word::Takes));
        let mut pick = self.numbered(begin).or_else(|| {
            // "at 2pm"; "at 2" is no number of a choice.
            self.timed(self.skip(begin, &[Word::English]))
        })?;
        pick.is_led = is_led && pick.is_plain;
        let is_from = pick.to > 0 && self.is(pick.to - 1, Word::From);
        let (to, is_asked_for) = self.tail(pick.to, if is_from { FROM } else { SHAPES })?;
        if (pick.is_copied || is_from) && !is_asked_for {
            return None;
        }
        let reading = self.meant(&pick)?;
        // 4で参加します comes, and to none of them.
        let comes = (pick.to..to).any(|at| self.comes(at));
        if self.is_another_word(begin, &pick, is_led, is_asked_for)
            || comes && reading == Reading::NoneFits
        {
            return None;
        }
        Some((to, reading))
    }

    /// Whether a word says that the choice suits.
    fn comes(&self, at: usize) -> bool {
        let suits = [Word::Attends, Word::Fine, Word::Good, Word::Works];
        !self.is(at, Word::Please) && suits.iter().any(|word| self.is(at, *word))
    }

    /// "I'll take one" and "one works" mean any of them, "I want two" both;
    /// "thank you 2" and "thanks 4" are heard, not counted.
    fn is_another_word(&self, at: usize, pick: &Pick, is_led: bool, is_asked_for: bool) -> bool {
        let Some(token) = self.tokens.get(at).filter(|_| pick.is_plain) else { return false };
        match token.kind {
            Kind::Spelled(number) => {
                let works = self.is(pick.to, Word::Works) && !self.is(pick.to, Word::Please);
                is_led || works && number == 1
            }
            Kind::Number(2 | 4) => {
                let is_thanked = at > 0 && self.is(at - 1, Word::Polite);
                is_thanked && !is_asked_for && !self.is_japanese
            }
            _ => false,
        }
    }

    /// 2, 2です, 2でお願いします: a number that answers a reminder. 3で参加します,
    /// 3を希望します and "option 3" answer something else, and "yes 3" two things.
    fn reminder(&self, at: usize) -> Option<(usize, Reading)> {
        const SHAPES: &[&[Word]] = &[&[Word::At, Word::Please], &[Word::Is], &[Word::Please]];
        let begin = self.may(at, Word::So);
        let pick = self.numbered(begin).filter(|pick| pick.is_plain && !pick.is_ranked)?;
        let (to, is_asked_for) = self.tail(pick.to, SHAPES)?;
        let reading = self.meant(&pick)?;
        if self.agrees_before(at) && reading != Reading::Attends
            || self.is_another_word(begin, &pick, false, is_asked_for)
        {
            return None;
        }
        Some((to, reading))
    }

    /// 2, (2), 2番目の候補, 候補2, 2番の16日14時, 2番(6/16 14:00).
    fn numbered(&self, at: usize) -> Option<Pick> {
        let is_attached = self.is(at, Word::LabelAttached)
            && self.tokens.get(at + 1).is_some_and(|next| !next.is_spaced);
        let is_counted_down = self.is(at, Word::FromTop);
        let labelled = match is_attached || is_counted_down {
            true => at + 1,
            false => self.may(at, Word::Label),
        };
        let opened = self.may(labelled, Word::Open);
        let number = self.number(opened)?;
        let closed = self.may(opened + 1, Word::Close);
        if opened > labelled && closed == opened + 1 {
            return None;
        }
        let is_ranked = self.is(closed, Word::Rank);
        let named = if is_ranked { closed + 1 } else { self.may(closed, Word::Ordinal) };
        // 二番目の希望, 二つ目の面接: not of this list.
        if is_ranked && self.is(named, Word::OfRank) || is_counted_down && !is_ranked {
            return None;
        }
        let mut to = self.may(named, Word::Slot);
        let is_plain = to == opened + 1 && labelled == at;
        let moment = self.moment(if self.is(to, Word::Of) { to + 1 } else { to });
        let is_linked = self.is(to, Word::Of) || self.is(to, Word::Open);
        let is_digit = matches!(self.tokens[opened].kind, Kind::Number(_) | Kind::Spelled(_));
        let mut pick = Pick {
            to,
            number: Some(number),
            moment: None,
            is_copied: false,
            is_plain: is_digit && labelled == at && to == named,
            is_ordinal: !is_digit || named > closed,
            is_led: false,
            is_ranked,
        };
        if let Some((end, moment)) = moment {
            // "2 16日" may be two things.
            if is_plain && !is_linked && moment.atoms < 2 {
                return None;
            }
            to = self.after_moment(end, &moment);
            pick.is_copied = closed > opened + 1 && opened == labelled;
            pick.moment = Some(moment);
        }
        pick.to = to;
        Some(pick)
    }

    fn number(&self, at: usize) -> Option<u8> {
        match self.tokens.get(at)?.kind {
            Kind::Number(number) | Kind::Spelled(number) => Some(number),
            Kind::Words(parts) => parts.iter().find_map(|part| match part {
                Word::Nth(number) => Some(*number),
                _ => None,
            }),
            _ => None,
        }
    }

    /// 6/16(火)14:00, 水曜の14時の方, "Wed at 2pm".
    fn timed(&self, at: usize) -> Option<Pick> {
        let (end, moment) = self.moment(at)?;
        let to = self.after_moment(end, &moment);
        Some(Pick {
            to,
            number: None,
            moment: Some(moment),
            is_copied: false,
            is_plain: false,
            is_ordinal: false,
            is_led: false,
            is_ranked: false,
        })
    }

    fn after_moment(&self, at: usize, moment: &Moment) -> usize {
        let at = if moment.has_clock() { self.may(at, Word::From) } else { at };
        self.may(at, Word::Slot)
    }

    /// What the person asks for the choice, where that ends, and whether there
    /// was any request at all. A choice by itself must stand alone.
    fn tail(&self, at: usize, shapes: &[&[Word]]) -> Option<(usize, bool)> {
        let shape = shapes
            .iter()
            .find(|shape| shape.iter().enumerate().all(|(n, word)| self.is(at + n, *word)));
        if let Some(shape) = shape {
            return Some((self.decorated(at + shape.len()), true));
        }
        let is_offer = matches!(self.asked, Asked::Slots { .. });
        let bow = self.decorated(at);
        if is_offer && bow > at && !self.is(at, Word::From) && self.ends(bow) {
            return Some((bow, false));
        }
        let to = self.may(at, Word::At);
        (self.ends(to) || self.answers_again(to)).then_some((to, false))
    }

    /// `1参加します`: the answer to a reminder twice over.
    fn answers_again(&self, at: usize) -> bool {
        const ANSWERS: &[Word] = &[
            Word::Attends,
            Word::AttendNoun,
            Word::Reschedules,
            Word::RescheduleNoun,
            Word::Declines,
            Word::DeclineNoun,
        ];
        matches!(self.asked, Asked::Attendance) && ANSWERS.iter().any(|word| self.is(at, *word))
    }

    /// The reading of a pick that leaves no doubt.
    fn meant(&self, pick: &Pick) -> Option<Reading> {
        if let (Asked::Slots { choices, .. }, Some(number), true) =
            (self.asked, pick.number, pick.is_led)
        {
            let is_other = |choice: &&Choice| choice.number != number;
            if choices.iter().filter(is_other).any(|choice| is_hour(choice, number)) {
                return None;
            }
        }
        match (self.asked, pick.number, &pick.moment) {
            (Asked::Slots { other, .. }, Some(number), None) if *other == Some(number) => {
                Some(Reading::NoneFits)
            }
            (Asked::Slots { choices, .. }, Some(number), moment) => {
                // 3(水) may be Wednesday the third.
                let is_day = moment.is_some_and(|moment| {
                    let (fitting, _) = moment.resolve(choices, self.asked.top(), self.is_japanese);
                    choices.iter().any(|choice| {
                        choice.number != number
                            && choice.starts.day() == u32::from(number)
                            && fitting.contains(&choice.number)
                    })
                });
                let is_offered = choices.iter().any(|choice| choice.number == number);
                let agrees = moment.as_ref().is_none_or(|moment| {
                    let (fitting, _) = moment.resolve(choices, self.asked.top(), self.is_japanese);
                    let is_it = match pick.is_ordinal {
                        true => fitting == [number],
                        false => fitting.contains(&number),
                    };
                    !moment.is_vague() && is_it
                });
                (is_offered && agrees && !is_day).then_some(Reading::Chosen(number))
            }
            (Asked::Slots { choices, .. }, None, Some(moment)) => {
                match moment.resolve(choices, self.asked.top(), self.is_japanese) {
                    (fitting, false) if fitting.len() == 1 => Some(Reading::Chosen(fitting[0])),
                    _ => None,
                }
            }
            (Asked::Attendance, Some(number), None) => Reading::of_reminder(number),
            _ => None,
        }
    }
}

/// Whether a choice begins at that hour, of twelve or of twenty-four.
pub fn is_hour(choice: &Choice, number: u8) -> bool {
    let (hour, number) = (choice.starts.hour(), u32::from(number));
    hour == number || hour == number + 12
}
