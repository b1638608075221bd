//! Clauses that choose nothing: none fits, withdrawal, change, delay, attendance.
//!
//! What a text must answer to be certain differs: 別の日 may mean "none of these"
//! where times were offered, and a delay is nothing where no time is agreed.

use super::{Asked, Clauses, Kind, Reading, Word};

impl Clauses<'_> {
    /// どれも都合が合いません, "none of these work".
    pub(super) fn none_fits(&self, at: usize) -> Option<(usize, Reading)> {
        if !matches!(self.asked, Asked::Slots { .. }) {
            return None;
        }
        if self.is(at, Word::NoneFits) {
            return Some((at + 1, Reading::NoneFits));
        }
        if !self.is(at, Word::Whole) {
            return None;
        }
        let to = self.may(at + 1, Word::Pause);
        self.is(to, Word::Unfit).then_some((to + 1, Reading::NoneFits))
    }

    /// 今回は選考を辞退させていただきます, "I'd like to withdraw".
    pub(super) fn declines(&self, at: usize) -> Option<(usize, Reading)> {
        let (to, is_about) = self.led(
            at,
            &[Word::DeclineReason, Word::Reason, Word::DeclineAbout],
            Word::DeclineAbout,
        );
        if self.is(to, Word::Declines) || is_about && self.is(to, Word::DeclinesAbout) {
            return Some((self.decorated(to + 1), Reading::Decline));
        }
        self.noun(at, Word::DeclineNoun).map(|to| (to, Reading::Decline))
    }

    /// 面接の日程を変更したいです, 別の日でお願いします, "I need to reschedule".
    pub(super) fn reschedules(&self, at: usize) -> Option<(usize, Reading)> {
        if matches!(self.asked, Asked::Slots { .. }) {
            return None;
        }
        let lead = [Word::Reason, Word::RescheduleAbout, Word::DayOf(0), Word::DayOf(1)];
        let (to, _) = self.led(at, &lead, Word::RescheduleAbout);
        if self.is(to, Word::Reschedules) {
            if self.is(to, Word::RescheduleNoun) && self.agrees_before(at) {
                return None;
            }
            let to = self.may(to + 1, Word::Please);
            return Some((self.decorated(to), Reading::Reschedule));
        }
        if self.is(to, Word::OtherDay) {
            let to = self.other_day(to + 1)?;
            return Some((self.decorated(to), Reading::Reschedule));
        }
        self.noun(at, Word::RescheduleNoun).map(|to| (to, Reading::Reschedule))
    }

    fn other_day(&self, at: usize) -> Option<usize> {
        const SHAPES: &[[Word; 2]] = &[
            [Word::At, Word::Please],
            [Word::To, Word::Make],
            [Word::Object, Word::Wants],
            [Word::To, Word::Reschedules],
        ];
        let is_shaped = |shape: &[Word; 2]| self.is(at, shape[0]) && self.is(at + 1, shape[1]);
        if SHAPES.iter().any(is_shaped) {
            return Some(at + 2);
        }
        (self.is(at, Word::Please) || self.is(at, Word::Wants)).then_some(at + 1)
    }

    /// 電車遅延で10分ほど遅れます, "running about 10 min late".
    pub(super) fn late(&self, at: usize) -> Option<(usize, Reading)> {
        if matches!(self.asked, Asked::Slots { .. }) {
            return None;
        }
        let lead = [
            Word::LateReason,
            Word::Reason,
            Word::LateAbout,
            Word::DayOf(0),
            Word::DayOf(1),
            Word::Pause,
            Word::Apology,
            Word::SorryBut,
        ];
        let begin = if self.is(at, Word::Pause) { return None } else { self.skip(at, &lead) };
        let is_led = self.is(begin, Word::LateLead);
        let mut to = begin + usize::from(is_led);
        let mut minutes = None;
        if self.is(to, Word::Little) {
            to += 1;
        } else {
            let about = self.may(to, Word::About);
            if let Some(Kind::Minutes(late)) = self.tokens.get(about).map(|token| token.kind) {
                minutes = Some(late).filter(|late| (1..=LONGEST).contains(late));
                minutes?;
                to = self.may(self.may(about + 1, Word::About), Word::LateAbout);
            }
        }
        // "Sorry, a bit late" may speak of the answer.
        let is_late = self.is(to, Word::Late)
            || (is_led || minutes.is_some()) && self.is(to, Word::LateAdverb);
        let to = self.skip(to + 1, &[Word::LateReason]);
        is_late.then_some((self.decorated(to), Reading::Late(minutes)))
    }

    /// 予定どおり参加します, "I will attend".
    pub(super) fn attends(&self, at: usize) -> Option<(usize, Reading)> {
        if !matches!(self.asked, Asked::Attendance) {
            return None;
        }
        if self.is(at, Word::Attends) {
            return Some((self.decorated(at + 1), Reading::Attends));
        }
        self.noun(at, Word::AttendNoun).map(|to| (to, Reading::Attends))
    }

    /// One word that answers a reminder; elsewhere it may be the beginning of anything.
    fn noun(&self, at: usize, word: Word) -> Option<usize> {
        let is_attending = word == Word::AttendNoun;
        let is_answer = matches!(self.asked, Asked::Attendance)
            && self.is(at, word)
            && (is_attending || !self.agrees_before(at));
        let to = self.may(at + 1, Word::Please);
        // 日程変更、ありがとうございます: thanks for it.
        let next = self.skip(to, &[Word::Stop, Word::Pause]);
        let is_thanked = to == at + 1
            && !is_attending
            && self.is(next, Word::Polite)
            && !self.is(next, Word::Please);
        (is_answer && !is_thanked && self.ends(to)).then_some(to)
    }

    /// "Ok, change": agrees to one, or asks for one.
    pub(super) fn agrees_before(&self, at: usize) -> bool {
        (0..at).any(|before| self.is(before, Word::Opening))
    }

    /// The place after reasons and what it is about, each followed by a pause or
    /// not, and whether `about` was among them.
    fn led(&self, mut at: usize, words: &[Word], about: Word) -> (usize, bool) {
        let mut is_about = false;
        while words.iter().any(|word| self.is(at, *word)) {
            is_about |= self.is(at, about);
            at = self.may(at + 1, Word::Pause);
        }
        (at, is_about)
    }
}

/// Ten hours: who is later than that is not late.
const LONGEST: u16 = 600;
