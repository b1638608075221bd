//! What a text probably answers, for a person to look at.
//!
//! It knows far fewer words than people use, so whatever it finds is a suggestion
//! and two findings that do not go together are none.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::moments::Moment;
use super::tokens::{Kind, Token, Tokens};
use super::words::{Hint, Word};
use super::{Answer, Asked, Reading};

mod numbers;

/// The most likely reading; never sure.
pub fn guess(tokens: &Tokens, asked: &Asked<'_>, today: NaiveDate) -> Answer {
    let all = &tokens.all[..tokens.all.len().min(LONGEST)];
    let guess = Guess { tokens, all, asked, today };
    let (reading, place) = guess.reading().unwrap_or((Reading::Unclear, 0..0));
    let span = match reading {
        Reading::Unclear => 0..0,
        _ => tokens.span(place),
    };
    Answer { reading, span, is_sure: false }
}

/// How many words are looked at; nobody answers at such length.
const LONGEST: usize = 1_000;

struct Guess<'a> {
    tokens: &'a Tokens,
    all: &'a [Token],
    asked: &'a Asked<'a>,
    today: NaiveDate,
}

type Found = (Reading, Range<usize>);

/// What a text says of the choices.
enum Picked {
    Nothing,
    /// Its number and its date are of different choices.
    Torn,
    Found(Found),
}

impl Picked {
    fn of(found: Option<Found>) -> Self {
        found.map_or(Self::Nothing, Self::Found)
    }
}

impl Guess<'_> {
    fn reading(&self) -> Option<Found> {
        let picked = match self.asked {
            Asked::Slots { .. } => self.picked(),
            Asked::Attendance => self.answered().map_or(Picked::Nothing, Picked::Found),
            Asked::Nothing => Picked::Nothing,
        };
        match (picked, self.meant()) {
            (Picked::Torn, _) => None,
            (Picked::Nothing, meant) => meant,
            (Picked::Found(picked), None) => Some(picked),
            (Picked::Found(picked), Some(meant)) => {
                // A delay or a change beside a choice is about something else.
                let is_offer = matches!(self.asked, Asked::Slots { .. });
                let opposes = matches!(meant.0, Reading::Decline | Reading::NoneFits);
                (picked.0 == meant.0 || is_offer && !opposes).then_some(picked)
            }
        }
    }

    /// The choices that are named and not refused.
    fn picked(&self) -> Picked {
        let Asked::Slots { choices, other } = self.asked else { return Picked::Nothing };
        let is_offered =
            |n: u8| choices.iter().any(|choice| choice.number == n) || *other == Some(n);
        let numbers = self.numbers();
        let (refused, named): (Vec<_>, Vec<_>) =
            numbers.iter().copied().partition(|(_, place)| self.is_refused(*place));
        let is_refused = |n: u8| refused.iter().any(|(number, _)| *number == n);
        let named: Vec<(u8, usize)> =
            named.into_iter().filter(|(n, _)| is_offered(*n) && !is_refused(*n)).collect();
        if named.is_empty() && self.has(Hint::Except) && !refused.is_empty() {
            let rest = choices.iter().map(|choice| choice.number).filter(|n| !is_refused(*n));
            return Picked::of(any_of(rest.collect()).map(|reading| (reading, span_of(&refused))));
        }
        match self.timed() {
            None => Picked::of(self.one_of(&named)),
            Some((fitting, at)) if named.is_empty() => {
                Picked::of(any_of(fitting).map(|reading| (reading, at)))
            }
            // 4, with other days than were offered.
            Some((fitting, _)) if fitting.is_empty() => Picked::of(self.one_of(&named)),
            Some((fitting, _)) => {
                let agreeing: Vec<(u8, usize)> =
                    named.iter().filter(|(n, _)| fitting.contains(n)).copied().collect();
                self.one_of(&agreeing).map_or(Picked::Torn, Picked::Found)
            }
        }
    }

    fn one_of(&self, named: &[(u8, usize)]) -> Option<Found> {
        let place = span_of(named);
        let Asked::Slots { other, .. } = self.asked else { return None };
        let is_other = |number: &u8| *other == Some(*number);
        let mut numbers: Vec<u8> = named.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() == 1 && is_other(&numbers[0]) {
            return Some((Reading::NoneFits, place));
        }
        let is_mixed = numbers.iter().any(is_other);
        Some((any_of(numbers).filter(|_| !is_mixed)?, place))
    }

    /// The one number that answers a reminder.
    fn answered(&self) -> Option<Found> {
        let numbers = self.numbers();
        let (number, at) = numbers.first()?;
        let is_one = numbers.iter().all(|(other, _)| other == number);
        let reading = Reading::of_reminder(*number).filter(|_| is_one && !self.is_refused(*at))?;
        Some((reading, *at..at + 1))
    }

    /// The choices that the days and times of the text mean, taken together or,
    /// where they are several moments, one by one.
    fn timed(&self) -> Option<(Vec<u8>, Range<usize>)> {
        let Asked::Slots { choices, .. } = self.asked else { return None };
        let mut moments = vec![Moment::default()];
        let mut places: Vec<usize> = Vec::new();
        for (at, token) in self.all.iter().enumerate() {
            let mut moment = moments.last().copied().unwrap_or_default();
            let is_added = match token.kind {
                Kind::When(atom) => {
                    let is_added = moment.add(atom);
                    if !is_added {
                        moment = Moment::default();
                        moment.add(atom);
                    }
                    is_added
                }
                _ => match self.day_of(token) {
                    Some(day) => moment.on(day),
                    None => continue,
                },
            };
            places.push(at);
            if is_added {
                moments.pop();
            }
            moments.push(moment);
        }
        if moments.iter().all(Moment::is_open) {
            return None;
        }
        let (first, last) = (places.first()?, places.last()?);
        let fitting =
            |moment: &Moment| moment.resolve(choices, self.asked.top(), self.tokens.is_japanese).0;
        let mut numbers: Vec<u8> = moments.iter().flat_map(fitting).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (!self.has(Hint::Except) && !self.has(Hint::Not) && !self.has_unfit())
            .then_some((numbers, *first..*last + 1))
    }

    /// 今日, 明日, 明後日.
    fn day_of(&self, token: &Token) -> Option<NaiveDate> {
        let Kind::Words(parts) = token.kind else { return None };
        let days = parts.iter().find_map(|part| match part {
            Word::DayOf(days) => Some(*days),
            _ => None,
        })?;
        self.today.checked_add_days(Days::new(u64::from(days)))
    }

    /// What the words make likely when no choice is named.
    fn meant(&self) -> Option<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (at, token) in self.all.iter().enumerate() {
            if let Some(reading) = self.hinted(token)
                && found.iter().all(|(before, _)| *before != reading)
            {
                found.push((reading, at..at + 1));
            }
        }
        if let Some(late) = found.iter().find(|(reading, _)| matches!(reading, Reading::Late(_))) {
            return Some(late.clone());
        }
        self.whole().or_else(|| match &found[..] {
            [one] => Some(one.clone()),
            // 参加できないので変更したい
            [(Reading::Attends, _), other] | [other, (Reading::Attends, _)] => Some(other.clone()),
            _ => None,
        })
    }

    fn hinted(&self, token: &Token) -> Option<Reading> {
        let Kind::Words(parts) = token.kind else { return None };
        parts.iter().find_map(|part| self.reading_of(*part))
    }

    fn reading_of(&self, word: Word) -> Option<Reading> {
        let is_offer = matches!(self.asked, Asked::Slots { .. });
        let is_reminder = matches!(self.asked, Asked::Attendance);
        match word {
            Word::Late | Word::LateAdverb | Word::Hint(Hint::Late) => {
                Some(Reading::Late(self.minutes()))
            }
            Word::Declines
            | Word::DeclinesAbout
            | Word::DeclineNoun
            | Word::Hint(Hint::Decline) => Some(Reading::Decline),
            Word::Elsewhere | Word::NoneFits if is_offer => Some(Reading::NoneFits),
            Word::OtherDay if is_offer => Some(Reading::NoneFits),
            Word::OtherDay
            | Word::Reschedules
            | Word::RescheduleNoun
            | Word::Hint(Hint::Reschedule) => Some(Reading::Reschedule),
            Word::Attends | Word::AttendNoun | Word::Hint(Hint::Attend | Hint::Agree)
                if is_reminder && !self.has(Hint::Not) && !self.has_unfit() =>
            {
                Some(Reading::Attends)
            }
            Word::Opening if is_reminder && self.all.len() < 4 => Some(Reading::Attends),
            Word::Hint(Hint::Any) => self.any(),
            _ => None,
        }
    }

    /// どれも…: all of them, or none of them.
    fn whole(&self) -> Option<Found> {
        if !matches!(self.asked, Asked::Slots { .. }) {
            return None;
        }
        let is_whole = |token: &Token| token.is(Word::Whole) || token.is(Word::Hint(Hint::Whole));
        let at = self.all.iter().position(is_whole)?;
        if self.has_unfit() || self.has(Hint::Not) {
            return Some((Reading::NoneFits, at..at + 1));
        }
        let is_fine = |token: &Token| token.is(Word::Fine) || token.is(Word::Hint(Hint::Agree));
        self.all.iter().any(is_fine).then(|| Some((self.any()?, at..at + 1)))?
    }

    fn any(&self) -> Option<Reading> {
        let Asked::Slots { choices, .. } = self.asked else { return None };
        any_of(choices.iter().map(|choice| choice.number).collect())
    }

    fn minutes(&self) -> Option<u16> {
        self.all.iter().find_map(|token| match token.kind {
            Kind::Minutes(minutes) => Some(minutes),
            _ => None,
        })
    }

    fn has(&self, hint: Hint) -> bool {
        self.all.iter().any(|token| token.is(Word::Hint(hint)))
    }

    fn has_unfit(&self) -> bool {
        self.all.iter().any(|token| token.is(Word::Unfit))
    }
}

fn any_of(numbers: Vec<u8>) -> Option<Reading> {
    match numbers[..] {
        [] => None,
        [number] => Some(Reading::Chosen(number)),
        _ => Some(Reading::AnyOf(numbers)),
    }
}

fn span_of(named: &[(u8, usize)]) -> Range<usize> {
    match (named.first(), named.last()) {
        (Some((_, first)), Some((_, last))) => *first..*last + 1,
        _ => 0..0,
    }
}
