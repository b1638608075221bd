//! Which numbers of a text may be those of choices, and which of them are refused.

use super::{Guess, Hint, Kind, Token, Word};

impl Guess<'_> {
    /// Numbers that count nothing and belong to no longer number.
    pub(super) fn numbers(&self) -> Vec<(u8, usize)> {
        let number = |(at, token): (usize, &Token)| {
            let number = match token.kind {
                Kind::Number(number) | Kind::Spelled(number) => number,
                Kind::Words(parts) => parts.iter().find_map(|part| match part {
                    Word::Nth(number) => Some(*number),
                    _ => None,
                })?,
                _ => return None,
            };
            (!self.is_counting(at)).then_some((number, at))
        };
        self.all.iter().enumerate().filter_map(number).collect()
    }

    /// 2人, 2回, 2番線, 2-3-4: something that is counted or unknown touches the number.
    fn is_counting(&self, at: usize) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c.is_ascii();
        let after = |next: &Token| match next.kind {
            Kind::Unknown(c) => is_word(c) && !next.is_spaced,
            _ => next.is(Word::Hint(Hint::Counter)),
        };
        let next = self.all.get(at + 1).map(|next| match self.all.get(at + 2) {
            Some(last) if next.is(Word::Ordinal) => last,
            _ => next,
        });
        let before = at.checked_sub(1).map(|before| self.all[before]).is_some_and(|before| {
            matches!(before.kind, Kind::Unknown(c) if c.is_ascii() || c.is_numeric())
                && !self.all[at].is_spaced
        });
        next.is_some_and(after) || before
    }

    /// 2も3も無理, 2と3以外: with the next one, or by itself.
    pub(super) fn is_refused(&self, at: usize) -> bool {
        let is_and =
            |token: &Token| token.is(Word::Hint(Hint::And)) || token.is(Word::Hint(Hint::Or));
        let numbered = |token: &Token| matches!(token.kind, Kind::Number(_));
        let ordinal = usize::from(self.all.get(at + 1).is_some_and(|t| t.is(Word::Ordinal)));
        let and = self.all.get(at + 1 + ordinal).is_some_and(is_and);
        let next = at + 2 + ordinal;
        let is_linked = and && self.all.get(next).is_some_and(numbered);
        self.is_refused_alone(at) || is_linked && self.is_refused(next)
    }

    /// 2は無理, 2以外, 2じゃなくて, "can't do 2": near the number, in its own clause.
    fn is_refused_alone(&self, at: usize) -> bool {
        let refuses = |token: &&Token| {
            token.is(Word::Unfit)
                || [Hint::Not, Hint::Except, Hint::Instead]
                    .iter()
                    .any(|hint| token.is(Word::Hint(*hint)))
        };
        let goes_on = |token: &&Token| {
            let is_mark = token.is(Word::Stop) || token.is(Word::Pause);
            !is_mark && !matches!(token.kind, Kind::Number(_) | Kind::Spelled(_))
        };
        let behind = self.all[at + 1..].iter().take(3).take_while(goes_on);
        let before = self.all[..at].iter().rev().take(2).take_while(goes_on);
        let says_not = |token: &Token| {
            token.is(Word::Hint(Hint::Not)) && !token.is(Word::Unfit)
                || token.is(Word::Hint(Hint::Except))
        };
        let mut behind = behind;
        let mut before = before;
        behind.any(|token| refuses(&token)) || before.any(says_not)
    }
}
